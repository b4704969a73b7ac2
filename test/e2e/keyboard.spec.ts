import { expect, type Page } from '@playwright/test';
import type { Product } from './product.ts';
import { join, type Member } from './sign-in.ts';
import { player } from './studio.ts';
import { test } from './test.ts';

let product: Product;
let member: Member;

test.beforeAll(async ({ studio }) => {
  product = studio;
  member = await join(studio);
});
// Without motion the styles of a moment are those that stay, and a clip waits for a key.
test.use({ contextOptions: { reducedMotion: 'reduce' } });

test('keys alone lead from sign-in to a playing clip, and it is always seen where they act', async ({ page }) => {
  await page.goto(product.url);
  await expect(page).toHaveURL(/\/sign-in/);
  await tabTo(page, 'E-mail');
  await page.keyboard.type(member.email);
  await tabTo(page, 'Password');
  await page.keyboard.type(member.password);
  await page.keyboard.press('Enter');

  await expect(page.getByRole('textbox', { name: 'Describe a shot' })).toBeVisible();
  await tabTo(page, 'Describe a shot');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('a paper boat [render:1]');
  await tabTo(page, 'Size');
  // A list answers to letters: the smallest clip.
  await page.keyboard.type('320');
  await tabTo(page, /^Generate/);
  await page.keyboard.press('Enter');

  await expect(page.getByRole('dialog')).toBeVisible();
  await expect(player(page)).toBeVisible();
  await expect.poll(() => isPaused(page)).toBe(true);
  await page.keyboard.press('Space');
  await expect.poll(() => isPaused(page)).toBe(false);
  await expect.poll(() => player(page).evaluate((video: HTMLVideoElement) => video.videoWidth)).toBe(320);
  await tabTo(page, 'Download');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  // The card of the closed take is where the keys go on.
  await tabTo(page, /a paper boat/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
});

const isPaused = (page: Page) => player(page).evaluate((video: HTMLVideoElement) => video.paused);

/** Presses Tab until the focus is on what has this name; on the way, each stop must be seen. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const passed: string[] = [];
  for (let i = 0; i < 40; i++) {
    const stop = await page.evaluate(focused);
    if (stop) {
      expect(stop.isSeen, `the focus on "${stop.name}" is seen`).toBe(true);
      if (typeof name === 'string' ? stop.name === name : name.test(stop.name)) return;
      passed.push(stop.name);
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${name}, only to ${passed.join(', ')}`);
}

/** Runs in the page: what has the focus, and whether it or what frames it looks different because of that. */
function focused(): { name: string; isSeen: boolean } | null {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body || element.role === 'dialog') return null;
  const labels = 'labels' in element ? [...((element as HTMLInputElement).labels ?? [])] : [];
  const name =
    element.getAttribute('aria-label') ?? (labels.map((label) => label.textContent).join() || element.textContent);
  const frames = [element, element.parentElement, element.closest('form')].filter((frame) => frame !== null);
  const look = () =>
    frames.map((frame) => {
      const { outlineStyle, outlineWidth, borderColor, boxShadow } = getComputedStyle(frame);
      return [outlineStyle, outlineWidth, borderColor, boxShadow].join();
    });
  const withFocus = look().join(';');
  element.blur();
  const without = look().join(';');
  element.focus({ preventScroll: true });
  const { width, height } = element.getBoundingClientRect();
  return { name: name.trim(), isSeen: withFocus !== without && width > 0 && height > 0 };
}
