import { expect, test } from 'vitest';
import { openMemoryStore } from '#store/testing.ts';
import { doubtQueued } from './restored.ts';
import { createWorld } from './testing.ts';

test('what waited when a backup was taken is looked for at its provider, and not sent a second time', async () => {
  const world = createWorld({ store: (clock) => openMemoryStore({ now: () => clock.now() }) });
  const { system, clock, provider } = world;
  const sentSince = await world.ask('a red fox');
  const neverSent = await world.ask('a blue hare');
  const takenAt = clock.now();
  // The installation that is lost went on for a while.
  await clock.advance(10_000);
  const [attempt] = (await world.see(sentSince)).attempts;
  if (!attempt) throw new Error('no attempt');
  const sent = provider.start(attempt.request, {
    key: attempt.id,
    signal: new AbortController().signal,
    webhookUrl: null,
  });
  await clock.advance(1_000);
  await sent;

  expect(await doubtQueued(system, takenAt)).toBe(2);
  expect((await world.see(neverSent)).attempts.at(-1)).toMatchObject({ sentAt: takenAt, outcome: null });
  world.start();
  await world.until(sentSince, 'completed');
  await world.until(neverSent, 'needs_decision');
  expect(provider.posts).toHaveLength(1);
  expect(world.errors).toEqual([]);
  await world.stop();
});
