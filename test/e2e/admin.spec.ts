import { type Cookie, expect, type Page } from '@playwright/test';
import { type Product, startProduct } from './product.ts';
import { signIn } from './sign-in.ts';
import { ask, becomes, beginSmall, generate, plays } from './studio.ts';
import { test } from './test.ts';

let product: Product;
let cookies: Cookie[];

test.beforeAll(async () => {
  product = await startProduct({ env: { DAILIES_DEADLINE: '3s' } });
  cookies = await signIn(product);
});
test.afterAll(() => product?.stop());
test.beforeEach(async ({ context }) => {
  await context.addCookies(cookies);
  await beginSmall(context);
});

/** Writes a prompt by hand, and waits until the take is open. */
const write = async (page: Page, prompt: string) => {
  await page.goto(product.url);
  await generate(page, prompt);
  await page.getByRole('dialog').waitFor();
};

test('a stuck take is seen by the admin, is given more time, and gets done; the audit tells who did it', async ({
  page,
}) => {
  const id = await ask(page, product, { prompt: 'a lighthouse in fog [render:10]' });
  await becomes(page, product, id, 'overdue');
  await page.goto(product.url);
  await page.getByRole('link', { name: /Admin 1/ }).click();
  const stuck = page.getByRole('region', { name: 'Needs a look' });
  const row = stuck.getByRole('listitem').filter({ hasText: 'a lighthouse in fog' });
  await expect(row).toContainText(/longer than/i);
  await row.getByRole('button', { name: /^Extend/ }).click();
  await row.getByRole('button', { name: '15 min' }).press('Enter');
  await expect(page.getByText(/Its deadline is now/)).toBeVisible();
  await expect(stuck).toContainText('Nothing is stuck.');
  await page.goto(`${product.url}/videos/${id}`);
  await plays(page, product);

  await page.goto(`${product.url}/admin`);
  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByRole('combobox', { name: 'Event' }).fill('deadline_extended');
  await page.getByRole('combobox', { name: 'Event' }).press('Enter');
  await expect(page.getByRole('row')).toHaveCount(2);
  const csv = await page.request.get(
    `${product.url}${await page.getByRole('link', { name: 'CSV' }).getAttribute('href')}`,
  );
  expect(await csv.text()).toContain('deadline_extended');
});

test('a take that never moves is marked failed by the admin, and says what becomes of it', async ({ page }) => {
  const id = await ask(page, product, { prompt: 'a stuck one [stall:40]' });
  await becomes(page, product, id, 'overdue');
  await page.goto(`${product.url}/admin`);
  const row = page.getByRole('listitem').filter({ hasText: 'a stuck one' });
  await row.getByRole('button', { name: /^Mark failed/ }).click();
  await row.getByRole('button', { name: 'Mark failed', exact: true }).click();
  await becomes(page, product, id, 'failed');
  await page.goto(`${product.url}/videos/${id}`);
  const story = page.getByRole('region', { name: 'Timeline' }).getByRole('listitem');
  await expect(story.filter({ hasText: 'We stopped looking; a late clip is still kept.' })).toBeVisible();
});

test('a paused provider keeps takes in line, whose order the priority changes', async ({ page }) => {
  await page.goto(`${product.url}/admin`);
  await page.getByRole('button', { name: 'Pause simulator' }).click();
  await expect(page.getByRole('button', { name: 'Resume simulator' })).toBeVisible();
  await write(page, 'first in line [render:1]');
  await write(page, 'second in line [render:1]');
  const take = page.getByRole('dialog');
  await expect(take.getByText('Waiting: the provider is paused', { exact: true })).toBeVisible();
  await expect(take.getByRole('progressbar').first()).toContainText('2nd');
  await take.getByRole('combobox', { name: 'Priority' }).click();
  await page.getByRole('option', { name: 'High priority' }).click();
  await expect(take.getByRole('progressbar').first()).toContainText('1st');
  await page.goto(`${product.url}/admin`);
  await page.getByRole('button', { name: 'Resume simulator' }).click();
  await expect(page.getByRole('button', { name: 'Pause simulator' })).toBeVisible();
});

test('looking now says what it brought, and a failure leads to its help page', async ({ page }) => {
  await write(page, 'a kettle on a stove [render:12]');
  await page.getByRole('dialog').getByRole('button', { name: 'Check now' }).click();
  await expect(page.getByRole('dialog').getByText(/Looked just now|We looked|We are looking/)).toBeVisible();
  await write(page, 'refused [fail:moderation] [render:1]');
  await page.getByRole('link', { name: /More about this/ }).click();
  await expect(page.getByRole('heading', { name: 'Refused by moderation' })).toBeVisible();
});

test('one question about notifications, asked when a running take is left, and never again', async ({ page }) => {
  await page.addInitScript(() => {
    const answers = { permission: 'default', requestPermission: () => Promise.resolve('granted') };
    Object.defineProperty(window, 'Notification', { value: Object.assign(() => undefined, answers) });
  });
  await write(page, 'a slow river [render:20]');
  await page.keyboard.press('Escape');
  const question = page.getByRole('region', { name: 'A question' });
  await question.getByRole('button', { name: 'Not now' }).click();
  await expect(question).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('complementary', { name: 'Under way' })).toBeVisible();
  await expect(question).toHaveCount(0);
});
