import { expect, test } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import { clip, createWorld } from './testing.ts';

const limitMs = 10_000;
/** A world where a run is too short for a copy, until the time that a copy takes changes. */
const open = (continues: boolean) =>
  createWorld({
    store: (clock) => openMemoryStore(clock),
    writeMs: 300_000,
    settings: { copyLimitMs: limitMs },
    script: { open: () => ({ ...clip(), ...(continues && { etag: '"1"', rest: async () => null }) }) },
  });

test('a copy that one run is too short for goes on in the next, at once and without a word', async () => {
  const world = open(true);
  world.start();
  const id = await world.ask();
  await world.until(id, 'storing');
  await world.clock.advance(5 * limitMs);
  expect(world.media.puts.length).toBeGreaterThan(3);
  const { attempts } = await world.see(id);
  expect(attempts[0]?.watch.downloads).toBeUndefined();
  expect((await world.system.store.events(id, null)).map(({ type }) => type)).not.toContain('download_failed');
  world.system.settings.copyLimitMs = null;
  await world.until(id, 'completed');
  expect(world.provider.posts).toHaveLength(1);
  await world.stop();
});

test('where there are no parts, it is tried sparsely, and a person is told that it needs a worker', async () => {
  const world = open(false);
  world.start();
  const id = await world.ask();
  await world.until(id, 'storing');
  await world.clock.advance(700_000);
  expect(world.media.puts.length).toBeLessThan(5);
  const { attempts } = await world.see(id);
  expect(attempts[0]?.watch.downloads).toMatchObject({ reason: expect.stringContaining('it needs a worker') });
  const told = (await world.system.store.events(id, null)).filter(({ type }) => type === 'download_failed');
  expect(told).toHaveLength(1);
  world.system.settings.copyLimitMs = null;
  await world.until(id, 'completed');
  await world.stop();
});
