import { type Cookie, expect } from '@playwright/test';
import { type Product, startProduct } from './product.ts';
import { beginSmall, generate, player } from './studio.ts';
import { test } from './test.ts';

let product: Product;
let cookies: Cookie[];

test.describe.configure({ mode: 'serial' });
test.beforeAll(async () => {
  product = await startProduct();
});
test.afterAll(() => product?.stop());

test.describe('a newcomer', () => {
  test('presses one key with the example, watches the leader, and plays the clip from our own storage', async ({
    page,
    context,
  }) => {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(await product.signInLink());
    await expect(page.getByRole('textbox', { name: /describe/i })).not.toBeEmpty();
    cookies = await context.cookies();
    await page.getByRole('button', { name: /generate/i }).click();
    await expect(page).toHaveURL(/\/videos\/video_/);
    await expect(page.getByRole('dialog').getByRole('progressbar').first()).toBeVisible();
    await expect(page).toHaveTitle(/^\(1\)/);
    await expect(player(page)).toBeVisible();
    await expect.poll(() => player(page).evaluate((video: HTMLVideoElement) => video.videoWidth)).toBe(1280);
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

test('a page that stays open survives a power cut of the product, and shows the clip', async ({ page, context }) => {
  await context.addCookies(cookies);
  await beginSmall(context);
  await page.goto(product.url);
  await generate(page, 'a power cut [render:8]');
  await expect(page.getByRole('dialog').getByRole('progressbar').first()).toBeVisible();
  await product.kill();
  await expect(page.getByText(/connection lost/i).first()).toBeVisible();
  product = await startProduct({ dataDir: product.dataDir, port: Number(new URL(product.url).port) });
  await expect(page.getByText(/connection lost/i)).toHaveCount(0);
  await expect(player(page)).toBeVisible();
});
