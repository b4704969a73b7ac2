import { expect, type Page } from '@playwright/test';
import type { Product } from './product.ts';
import { join, type Member } from './sign-in.ts';
import { ask, becomes, plays } from './studio.ts';
import { test } from './test.ts';

let product: Product;
let member: Member;

test.beforeAll(async ({ studio }) => {
  product = studio;
  member = await join(studio);
});
test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

const fingerPx = 44;
const longPrompt = `${'a very long prompt about a fox '.repeat(20)}${'unbroken'.repeat(40)}`;

test('every page fits the width of a phone, and what is pressed is large enough for a finger', async ({
  page,
  context,
  studio,
}) => {
  await page.goto(`${product.url}/sign-in`);
  await fits(page, 'sign-in');
  await context.addCookies(member.cookies);
  await page.goto(product.url);
  await expect(page.getByText('No takes yet')).toBeVisible();
  await fits(page, 'the empty studio');
  await context.addCookies(studio.founder);

  const running = await ask(page, product, { prompt: `${longPrompt} [render:600]` });
  const failed = await ask(page, product, { prompt: 'a refused one [fail:moderation]' });
  const ready = await ask(page, product, { prompt: 'a paper lantern' });
  for (const [id, state] of [
    [running, 'running'],
    [failed, 'failed'],
    [ready, 'completed'],
  ] as const)
    await becomes(page, product, id, state);
  const settings = ['providers', 'models', 'limits', 'people', 'account', 'keys'].map((name) => `/settings/${name}`);
  const pages = ['/code', '/usage', ...settings, '/help', '/help/moderation', '/admin', '/admin/audit'];
  for (const path of ['/', `/videos/${running}`, `/videos/${failed}`, `/videos/${ready}`, ...pages]) {
    await page.goto(`${product.url}${path}`);
    await fits(page, path);
  }
  await page.goto(product.url);
  await page.getByRole('link', { name: /a paper lantern/ }).tap();
  await expect(page.getByRole('dialog')).toBeVisible();
  await fits(page, 'the open take');
  await plays(page, product);
});

async function fits(page: Page, where: string): Promise<void> {
  await expect(page.getByRole('button').or(page.getByRole('textbox')).first()).toBeVisible();
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `pixels that stand out at the side of ${where}`).toBeLessThanOrEqual(0);
  expect(await page.evaluate(smallTargets, fingerPx), `small targets on ${where}`).toEqual([]);
}

/** Runs in the page: what is pressed and is smaller than a finger. Links inside a sentence are as high as their line. */
function smallTargets(px: number): string[] {
  const pressed = 'button, select, textarea, input, nav a, header a, [role=dialog] a, [role=button], media-play-button';
  return [...document.querySelectorAll<HTMLElement>(pressed)]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('[aria-hidden]'))
    .map((element) => element.closest('label') ?? element)
    .filter((element) => {
      const { width, height } = element.getBoundingClientRect();
      return width > 1 && height > 1 && Math.min(width, height) < px - 0.5;
    })
    .map((element) => {
      const { width, height } = element.getBoundingClientRect();
      const name = element.getAttribute('aria-label') ?? element.textContent.slice(0, 40);
      return `${element.localName} "${name}" ${width.toFixed(0)}×${height.toFixed(0)}`;
    });
}
