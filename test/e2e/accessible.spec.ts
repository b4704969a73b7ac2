import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { connect, disconnect } from './provider.ts';
import { join } from './sign-in.ts';
import { type Simulator, startSimulator } from './simulator.ts';
import { ask, becomes, card } from './studio.ts';
import { test } from './test.ts';

// It cannot list its jobs: what it lost, only a person can decide.
let provider: Simulator;

test.beforeAll(async ({ studio }) => {
  provider = await startSimulator('--personality', 'newapi', '--speed', '0', '--one-clip');
  await connect(studio, 'forgetful', { kind: 'openai', base_url: `${provider.url}/v1` });
});
test.afterAll(async ({ studio }) => {
  await disconnect(studio, 'forgetful');
  await provider?.stop();
});

/** A take in each state that looks different, and how to come there. */
const takes = {
  running: { prompt: 'a slow one [render:600]' },
  completed: { prompt: 'a lighthouse' },
  failed: { prompt: 'a refused one [fail:moderation]' },
  needs_decision: { prompt: 'a lost one [lose-response]' },
};

test('no page has a fault for people who do not see, hear or point, in light or dark', async ({
  page,
  context,
  studio,
}) => {
  await page.goto(`${studio.url}/sign-in`);
  await expect(page.getByRole('textbox', { name: 'E-mail' })).toBeVisible();
  await isAccessible(page, 'sign-in');
  await context.addCookies((await join(studio)).cookies);
  await page.goto(studio.url);
  await expect(page.getByText('No takes yet')).toBeVisible();
  await isAccessible(page, 'the empty studio');

  await context.addCookies(studio.founder);
  const asked: [state: string, prompt: string, id: string][] = [];
  for (const [state, { prompt }] of Object.entries(takes))
    asked.push([state, prompt, await ask(page, studio, { prompt, model: 'forgetful/default' })]);
  for (const [state, prompt, id] of asked) {
    await becomes(page, studio, id, state);
    await page.goto(`${studio.url}/videos/${id}`);
    await expect(page.getByRole('main').getByText(prompt).first()).toBeVisible();
    await isAccessible(page, `a take that is ${state}`);
  }
  await page.goto(studio.url);
  for (const [, prompt] of asked) await expect(card(page, prompt).first()).toBeVisible();
  await isAccessible(page, 'the studio with takes');
  await card(page, takes.completed.prompt).first().click();
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
    '/settings/webhooks',
    '/admin',
    '/admin/audit',
    '/help',
    '/help/auth',
  ]) {
    await page.goto(`${studio.url}${path}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await isAccessible(page, path);
  }
});

async function isAccessible(page: Page, where: string): Promise<void> {
  // A page without frames needs no second one to gather what is found; nor does anybody read what is in order.
  const look = () => new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  expect(await faults(look()), `${where}, light`).toEqual([]);
  // The other scheme changes colours, and nothing else.
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await faults(look().withRules('color-contrast')), `${where}, dark`).toEqual([]);
}

async function faults(axe: AxeBuilder): Promise<string[]> {
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
  );
}
