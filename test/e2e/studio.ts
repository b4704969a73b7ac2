import { type BrowserContext, expect, type Locator, type Page } from '@playwright/test';
import type { Product } from './product.ts';

/** The smallest clip there is, for tests that are not about the picture. */
export const small = { size: '320x180', seconds: 1 };

/** Lets the composer of a browser that was never here begin with the smallest clip. */
export const beginSmall = (context: BrowserContext, model = '') =>
  context.addInitScript(
    (draft) => {
      if (!localStorage.getItem('dailies.draft')) localStorage.setItem('dailies.draft', JSON.stringify(draft));
    },
    { ...small, seconds: String(small.seconds), model },
  );

/** Writes a prompt and sends it, by hand. */
export async function generate(page: Page, prompt: string): Promise<void> {
  await page.getByRole('textbox', { name: /describe/i }).fill(prompt);
  await page.keyboard.press('Control+Enter');
}

/** Asks for a take beside the screen, with the page's session; answers its id. */
export async function ask(page: Page, product: Product, body: { prompt: string; model?: string }): Promise<string> {
  const answer = await page.request.post(`${product.url}/api/videos`, {
    headers: { origin: product.url },
    data: { ...small, ...body },
  });
  expect(answer.status(), await answer.text()).toBe(202);
  const { videos } = await answer.json();
  return videos[0].id;
}

/** Waits until a take is in this state. */
export const becomes = (page: Page, product: Product, id: string, state: string) =>
  expect.poll(async () => (await (await page.request.get(`${product.url}/api/videos/${id}`)).json()).state).toBe(state);

export const card = (page: Page, prompt: string): Locator => page.locator('[data-take]').filter({ hasText: prompt });
export const tray = (page: Page): Locator => page.getByRole('complementary', { name: 'Under way' });
export const player = (page: Page): Locator => page.locator('[role=dialog] video, main video').first();

/** The open take plays, from our own storage. */
export async function plays(page: Page, product: Product): Promise<void> {
  await expect(player(page)).toBeVisible();
  const source = await player(page).evaluate(async (video: HTMLVideoElement) => {
    video.muted = true;
    const moves = new Promise((resolve) => video.addEventListener('timeupdate', resolve, { once: true }));
    await video.play();
    await moves;
    return video.currentSrc;
  });
  expect(new URL(source).origin).toBe(product.url);
}
