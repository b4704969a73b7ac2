import { expect } from '@playwright/test';
import type { Product } from './product.ts';
import { connect, disconnect } from './provider.ts';
import { join, type Member } from './sign-in.ts';
import { type Simulator, startSimulator } from './simulator.ts';
import { beginSmall, generate, plays, tray } from './studio.ts';
import { test } from './test.ts';

// A provider that cannot list its jobs: what it lost, only a person can decide.
let provider: Simulator;
let product: Product;
let member: Member;

test.beforeAll(async ({ studio }) => {
  provider = await startSimulator('--personality', 'newapi', '--speed', '0', '--one-clip');
  product = studio;
  await connect(studio, 'forgetful', { kind: 'openai', base_url: `${provider.url}/v1` });
  member = await join(studio);
});
test.afterAll(async ({ studio }) => {
  await disconnect(studio, 'forgetful');
  await provider?.stop();
});
test.beforeEach(async ({ context }) => {
  await context.addCookies(member.cookies);
  await beginSmall(context, 'forgetful/default');
});

test('a failure says what happened, what it cost and what to do; a retry gets ready and plays', async ({ page }) => {
  await page.goto(product.url);
  await generate(page, 'a red fox in snow [fail:moderation x1]');
  const take = page.getByRole('dialog');
  await expect(take.getByText('The provider refused the prompt or the result.').first()).toBeVisible();
  await expect(take.getByText('This try was not billed.')).toBeVisible();
  await expect(take.getByText('Reword the prompt and try again.')).toBeVisible();
  await take.getByText('What the provider said').click();
  await expect(take.getByText(/blocked by our moderation system/).first()).toBeVisible();
  await take.getByRole('button', { name: 'Retry' }).click();
  await plays(page, product);
  await expect(take.getByText('The provider refused the prompt or the result.')).toHaveCount(0);
});

test('a lost answer is never sent again by itself: a person says so, and the new take plays', async ({ page }) => {
  await page.goto(product.url);
  await generate(page, 'a lighthouse in fog [lose-response:1]');
  const question = page.getByRole('region', { name: 'Needs your decision' });
  await expect(question).toBeVisible();
  await expect(question.getByText(/the answer was lost\. It may be rendering, and may be billed/)).toBeVisible();
  await expect(page.getByRole('dialog').getByText('Needs you').first()).toBeVisible();
  await expect(question.getByText(/cost a second/)).toBeVisible();
  const lost = page.url();

  await question.getByRole('button', { name: 'Send again' }).click();
  await expect(page).not.toHaveURL(lost);
  await expect(page.getByRole('dialog').getByText('TAKE 2', { exact: true })).toBeVisible();
  await plays(page, product);

  const ledger = await (await page.request.get(`${provider.url}/simulator/ledger`)).json();
  const sent = ledger.jobs.filter((job: { prompt: string }) => job.prompt.includes('lighthouse'));
  expect(sent.map((job: { posts: number }) => job.posts)).toEqual([1, 1]);
  await page.goto(lost);
  await expect(page.getByText(/the answer was lost/i).first()).toBeVisible();
  await expect(tray(page).getByText('Needs you')).toHaveCount(0);
});

test('a server that is away is asked until it is back, without a hand', async ({ page }) => {
  const away = { status: 503, json: { error: { message: 'the database does not answer', code: 'unavailable' } } };
  await page.route('**/api/session', (route) => route.fulfill(away));
  await page.goto(product.url);
  await expect(page.getByText('The server cannot be reached')).toBeVisible();
  await page.unroute('**/api/session');
  await expect(page.getByRole('textbox', { name: /describe/i })).toBeVisible();
});
