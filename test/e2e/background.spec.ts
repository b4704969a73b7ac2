import { expect } from '@playwright/test';
import type { Product } from './product.ts';
import { join, type Member } from './sign-in.ts';
import { beginSmall, card, generate, plays, tray } from './studio.ts';
import { test } from './test.ts';

let product: Product;
let member: Member;

test.beforeAll(async ({ studio }) => {
  product = studio;
  member = await join(studio);
});
test.beforeEach(async ({ context }) => {
  await context.addCookies(member.cookies);
  await beginSmall(context);
});

test('a take goes on without its window: on its card, over a reload, in the tray, until a toast opens it', async ({
  page,
}) => {
  const prompt = 'a harbour at night';
  await page.goto(product.url);
  await generate(page, `${prompt} [render:10]`);
  const take = page.getByRole('dialog');
  await expect(take.getByRole('progressbar').first()).toBeVisible();
  await expect(take.getByText(/goes on in the background/)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(take).toBeHidden();

  await expect(card(page, prompt).getByRole('progressbar')).toBeVisible();
  await expect(card(page, prompt)).toContainText(/Working|Queued/);
  await page.reload();
  await expect(card(page, prompt).getByRole('progressbar')).toBeVisible();
  await expect(page).toHaveTitle(/^\(1\)/);

  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(tray(page).getByRole('link', { name: prompt })).toBeVisible();
  const toast = page.getByRole('listitem').filter({ hasText: /Take 1 is ready/ });
  await expect(toast).toContainText(prompt);
  await expect(tray(page).getByRole('link', { name: prompt })).toHaveCount(0);
  await expect(page).toHaveTitle(/^[^(]/);
  await toast.getByRole('button', { name: 'Open' }).click();
  await expect(page).toHaveURL(/\/videos\/video_/);
  await plays(page, product);
});

test('what is on screen is not told a second time', async ({ page }) => {
  await page.goto(product.url);
  await generate(page, 'a quiet street [render:1]');
  await plays(page, product);
  await expect(page.getByText(/is ready/)).toHaveCount(0);
});

test('a second tab tells what was asked for in the first', async ({ context, page }) => {
  await page.goto(product.url);
  const other = await context.newPage();
  await other.goto(`${product.url}/code`);
  await generate(page, 'two windows [render:2]');
  await expect(page.getByRole('dialog')).toBeVisible();
  await other.bringToFront();
  await expect(other.getByText(/Take 1 is ready/)).toBeVisible();
});
