import { describe, expect, test } from 'vitest';
import { policies, runPolicy } from './policies.ts';
import { firstBroken, storyOf, tryWorld } from './run.ts';
import { sabotages } from './sabotage.ts';
import { runWorlds } from './threads.ts';
import { weathers } from './weather.ts';

const videos = 100_000;
const patience = { timeout: 300_000 };
/** What a world says of a broken promise. */
const signs = /sent twice|written down|two jobs|was paid for|progress fell|nobody/;

test('a hundred thousand videos, in any weather: none is lost, none is paid for twice', patience, async () => {
  const { sum, stories } = await runWorlds({ videos, seed: 1, threads: 2 });
  expect(stories.slice(0, 3).join('\n\n')).toBe('');
  expect(sum.videos).toBeGreaterThanOrEqual(videos);
  expect(sum).toMatchObject({ extraPaid: 0, paidAndLost: 0 });
  expect(sum.completed).toBeGreaterThan(sum.videos * 0.75);
});

test('the same seed gives the same world', patience, async () => {
  const run = async () => {
    const { world, tally } = await tryWorld(7, { weather: weathers.storm });
    return { tally, events: await world.store.audit({ limit: 100_000 }) };
  };
  expect(await run()).toEqual(await run());
});

describe('a guard that is taken away is noticed:', () => {
  for (const [name, sabotage] of Object.entries(sabotages)) {
    test(name, patience, async () => {
      const world = await firstBroken(sabotage);
      expect(world && (await storyOf(world))).toMatch(signs);
    });
  }
});

test('other policies, in the same weather, pay twice or lose what was paid for', patience, async () => {
  const [seeds, sdks, queue, ours] = await Promise.all(policies.map((policy) => runPolicy(policy, [1, 2, 3])));
  expect(seeds?.paidAndLost).toBeGreaterThan(5);
  expect(sdks?.extraPaid).toBeGreaterThan(0);
  expect(queue?.extraPaid).toBeGreaterThan(0);
  expect(queue?.paidAndLost).toBeGreaterThan(5);
  expect(ours).toMatchObject({ extraPaid: 0, paidAndLost: 0 });
  expect(ours?.succeeded).toBeGreaterThan(queue?.succeeded ?? 0);
});
