import { AxeBuilder } from '@axe-core/playwright';
import { type Cookie, expect, type Page } from '@playwright/test';
import { type Product, startProduct } from './product.ts';
import { signIn } from './sign-in.ts';
import { type Simulator, startSimulator } from './simulator.ts';
import { ask, becomes } from './studio.ts';
import { test } from './test.ts';

let provider: Simulator;
let product: Product;
let cookies: Cookie[];

test.beforeAll(async ({ browser }) => {
  test.setTimeout(90_000);
  provider = await startSimulator('--personality', 'newapi', '--speed', '0', '--one-clip');
  product = await startProduct({ env: { OPENAI_BASE_URL: `${provider.url}/v1` } });
  cookies = await signIn(browser, product);
});
test.afterAll(async () => {
  await product?.stop();
  await provider?.stop();
});

/** A take in each state that looks different, and how to come there. */
const takes = {
  running: { prompt: 'a slow one [render:600]' },
  completed: { prompt: 'a lighthouse' },
  failed: { prompt: 'a refused one [fail:moderation]' },
  needs_decision: { prompt: 'a lost one [lose-response]' },
};

test('no page has a serious fault for people who do not see, hear or point, in light or dark', async ({
  page,
  context,
}) => {
  await page.goto(`${product.url}/sign-in`);
  await expect(page.getByRole('textbox', { name: 'E-mail' })).toBeVisible();
  await isAccessible(page, 'sign-in');
  await context.addCookies(cookies);
  await page.goto(product.url);
  await expect(page.getByText('No takes yet')).toBeVisible();
  await isAccessible(page, 'the empty studio');

  const asked: [state: string, prompt: string, id: string][] = [];
  for (const [state, { prompt }] of Object.entries(takes))
    asked.push([state, prompt, await ask(page, product, { prompt, model: 'openai/default' })]);
  for (const [state, prompt, id] of asked) {
    await becomes(page, product, id, state);
    await page.goto(`${product.url}/videos/${id}`);
    await expect(page.getByRole('main').getByText(prompt).first()).toBeVisible();
    await isAccessible(page, `a take that is ${state}`);
  }
  await page.goto(product.url);
  await expect(page.locator('[data-take]')).toHaveCount(4);
  await isAccessible(page, 'the studio with takes');
  await page.locator('[data-take]').filter({ hasText: 'a lighthouse' }).click();
  await expect(page.getByRole('dialog').getByRole('link', { name: 'Download' })).toBeVisible();
  await isAccessible(page, 'an open take');

  for (const path of [
    '/code',
    '/usage',
    '/settings/providers',
    '/settings/models',
    '/settings/limits',
    '/settings/people',
    '/settings/account',
    '/settings/keys',
    '/admin',
    '/admin/audit',
  ]) {
    await page.goto(`${product.url}${path}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await isAccessible(page, path);
  }
});

async function isAccessible(page: Page, where: string): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  expect(await graveFaults(new AxeBuilder({ page })), `${where}, light`).toEqual([]);
  // The other scheme changes colours, and nothing else.
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await graveFaults(new AxeBuilder({ page }).withRules('color-contrast')), `${where}, dark`).toEqual([]);
}

async function graveFaults(axe: AxeBuilder): Promise<string[]> {
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
}
