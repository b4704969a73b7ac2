import { type Cookie, expect, test } from '@playwright/test';
import { type Product, startProduct } from './product.ts';
import { signIn } from './sign-in.ts';
import { ask, becomes, plays } from './studio.ts';

let product: Product;
let cookies: Cookie[];

test.beforeAll(async ({ browser }) => {
  test.setTimeout(90_000);
  product = await startProduct({ env: { DAILIES_DEADLINE: '2s' } });
  cookies = await signIn(browser, product);
});
test.afterAll(() => product?.stop());
test.beforeEach(({ context }) => context.addCookies(cookies));

test('a stuck take is seen by the admin, is given more time, and gets done; the audit tells who did it', async ({
  page,
}) => {
  const id = await ask(page, product, { prompt: 'a lighthouse in fog [render:9]' });
  await becomes(page, product, id, 'overdue');
  await page.goto(`${product.url}/admin`);
  const stuck = page.getByRole('region', { name: 'Needs a look' });
  const row = stuck.getByRole('listitem').filter({ hasText: 'a lighthouse in fog' });
  await expect(row).toContainText(/longer than/i);
  await row.getByRole('button', { name: /^Extend/ }).click();
  await row.getByRole('button', { name: '1 h' }).click();
  await expect(stuck).toContainText('Nothing is stuck.');
  await page.goto(`${product.url}/videos/${id}`);
  await plays(page, product);

  await page.goto(`${product.url}/admin/audit`);
  await expect(
    page
      .getByRole('row')
      .filter({ hasText: /deadline|extend/i })
      .first(),
  ).toBeVisible();
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
