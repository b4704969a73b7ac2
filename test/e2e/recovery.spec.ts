import { type Cookie, expect } from '@playwright/test';
import { type Product, startProduct } from './product.ts';
import { signIn } from './sign-in.ts';
import { type Simulator, startSimulator } from './simulator.ts';
import { beginSmall, generate, plays, tray } from './studio.ts';
import { test } from './test.ts';

// A provider that cannot list its jobs: what it lost, only a person can decide.
let provider: Simulator;
let product: Product;
let cookies: Cookie[];

test.beforeAll(async ({ browser }) => {
  test.setTimeout(90_000);
  provider = await startSimulator('--personality', 'newapi', '--speed', '4', '--one-clip');
  product = await startProduct({
    env: { OPENAI_BASE_URL: `${provider.url}/v1`, DAILIES_DEFAULT_MODEL: 'openai/default' },
  });
  cookies = await signIn(browser, product);
});
test.afterAll(async () => {
  await product?.stop();
  await provider?.stop();
});
test.beforeEach(async ({ context }) => {
  await context.addCookies(cookies);
  await beginSmall(context);
});

test('a failure says what happened, what it cost and what to do; a retry gets ready and plays', async ({ page }) => {
  await page.goto(product.url);
  await generate(page, 'a red fox in snow [fail:moderation x1]');
  const take = page.getByRole('dialog');
  await expect(take.getByText('The provider refused the prompt or the result.').first()).toBeVisible({
    timeout: 30_000,
  });
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
  await expect(question).toBeVisible({ timeout: 30_000 });
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
