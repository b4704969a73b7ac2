import { expect, test } from '@playwright/test';
import { type Product, startProduct } from './product.ts';

let product: Product;

test.beforeAll(async () => {
  test.setTimeout(90_000);
  product = await startProduct();
});

test.afterAll(() => product?.stop());

test('the printed link opens the studio with the composer ready', async ({ page }) => {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(await product.signInLink());
  await expect(page.getByRole('textbox').first()).toBeVisible();
  expect(problems).toEqual([]);
});

test('without a session the API says who may ask', async ({ request }) => {
  const answer = await request.get(`${product.url}/api/videos`);
  expect(answer.status()).toBe(401);
});
