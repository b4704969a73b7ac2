import { expect, type Page } from '@playwright/test';
import type { Product } from './product.ts';
import { join, type Member } from './sign-in.ts';
import { beginSmall, card, generate, player } from './studio.ts';
import { test } from './test.ts';

// The page's own clock is moved on by hand: ten minutes of patience pass in a moment.
let product: Product;
let member: Member;

test.beforeAll(async ({ studio }) => {
  product = studio;
  member = await join(studio);
});
test.beforeEach(async ({ context, page }) => {
  await context.addCookies(member.cookies);
  await beginSmall(context);
  // The stream stays silent, so that the page has to ask.
  await context.route('**/api/events', (route) => route.abort());
  await page.clock.install();
});

test('after ten minutes the page rests and says so, and never says failed', async ({ page }) => {
  const asked = count(page);
  await page.goto(product.url);
  await generate(page, 'a slow one [render:600]');
  const take = page.getByRole('dialog');
  await expect(take.getByText(/You can close this/)).toBeVisible();
  await expect.poll(() => passes(page, 5_000, asked)).toBeGreaterThan(0);
  await page.clock.fastForward('10:00');
  await expect(take.getByText('Still going on in the background.')).toBeVisible();
  await expect(take.getByText(/failed/i)).toHaveCount(0);
  await page.clock.runFor(5_000);
  expect(await passes(page, 30_000, asked)).toBe(0);
  await take.getByRole('button', { name: 'Check again' }).click();
  await expect(take.getByText(/You can close this/)).toBeVisible();
  await expect.poll(() => passes(page, 5_000, asked)).toBeGreaterThan(0);
});

test('a closed take is asked about no more', async ({ page }) => {
  const asked = count(page);
  await page.goto(product.url);
  await generate(page, 'a forgotten one [render:600]');
  await expect(page.getByRole('dialog').getByText(/You can close this/)).toBeVisible();
  await expect.poll(() => passes(page, 5_000, asked)).toBeGreaterThan(0);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(card(page, 'a forgotten one')).toBeVisible();
  expect(await passes(page, 60_000, asked)).toBe(0);
});

test('the window closes by itself when its take is ready, where that is wished', async ({ page, context }) => {
  await context.unroute('**/api/events');
  await page.goto(product.url);
  await generate(page, 'a short wait [render:5]');
  await page.getByRole('dialog').getByRole('checkbox', { name: 'Close when ready' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(card(page, 'a short wait')).toContainText('Ready');
  await expect(player(page)).toHaveCount(0);
});

/** Counts the questions about single takes. */
function count(page: Page): { times: number } {
  const asked = { times: 0 };
  page.on('request', (request) => {
    if (/\/api\/videos\/video_\w+$/.test(request.url()) && request.method() === 'GET') asked.times += 1;
  });
  return asked;
}

/** Lets so much of the page's time pass, and answers how often it asked meanwhile. */
async function passes(page: Page, ms: number, asked: { times: number }): Promise<number> {
  const before = asked.times;
  await page.clock.runFor(ms);
  return asked.times - before;
}
