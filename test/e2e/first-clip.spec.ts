import { type Cookie, expect } from '@playwright/test';
import { type Product, startProduct } from './product.ts';
import { signIn } from './sign-in.ts';
import { generate, player } from './studio.ts';
import { test } from './test.ts';

let product: Product;
let port: number;
let cookies: Cookie[];

test.beforeAll(async ({ browser }) => {
  test.setTimeout(90_000);
  product = await startProduct();
  port = Number(new URL(product.url).port);
  cookies = await signIn(browser, product);
});
test.afterAll(() => product?.stop());
test.beforeEach(({ context }) => context.addCookies(cookies));

test.describe('a newcomer', () => {
  test('presses one key with the example, watches the leader, and plays the clip from our own storage', async ({
    page,
  }) => {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(product.url);
    await expect(page.getByRole('textbox', { name: /describe/i })).not.toBeEmpty();
    await page.getByRole('button', { name: /generate/i }).click();
    await expect(page).toHaveURL(/\/videos\/video_/);
    await expect(page.getByRole('dialog').getByRole('progressbar').first()).toBeVisible();
    await expect(page).toHaveTitle(/^\(1\)/);
    await expect(player(page)).toBeVisible({ timeout: 30_000 });
    await expect
      .poll(() => player(page).evaluate((video: HTMLVideoElement) => video.videoWidth), { timeout: 15_000 })
      .toBe(1280);
    const played = await player(page).evaluate(async (video: HTMLVideoElement) => {
      video.muted = true;
      await video.play();
      await new Promise((resolve) => video.addEventListener('timeupdate', resolve, { once: true }));
      return { seconds: video.duration, host: new URL(video.currentSrc).host };
    });
    expect(played.seconds).toBeCloseTo(4, 1);
    expect(played.host).toBe(new URL(product.url).host);
    await expect(page).toHaveTitle(/^Dailies|^[^(]/);
    expect(problems).toEqual([]);
  });
});

test('a page that stays open survives a power cut of the product, and shows the clip', async ({ page }) => {
  await page.goto(product.url);
  await generate(page, 'a power cut [render:4]');
  await expect(page.getByRole('dialog').getByRole('progressbar').first()).toBeVisible();
  await product.kill();
  await expect(page.getByText(/connection lost/i).first()).toBeVisible({ timeout: 30_000 });
  product = await startProduct({ dataDir: product.dataDir, port });
  await expect(page.getByText(/connection lost/i)).toHaveCount(0, { timeout: 30_000 });
  await expect(player(page)).toBeVisible({ timeout: 45_000 });
});
