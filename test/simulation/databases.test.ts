import { describe, expect, test } from 'vitest';
import { openStore } from '#store/store.ts';
import { testDatabases } from '#store/testing.ts';
import { add, nothing, storyOf, tryWorld } from './run.ts';

/** Many at once, so that each question to the database is about many; and no longer than most of them take. */
const pace = { askingMs: 60_000, shortMs: 10 * 60_000, gridMs: 2_000 };
const videosPerWorld = 500;
const videos = 2_000;

describe.each(testDatabases())('on $name', ({ open }) => {
  test('two thousand videos, in any weather: none is lost, none is paid for twice', { timeout: 300_000 }, async () => {
    const sum = nothing();
    for (let seed = 1; sum.videos < videos; seed++) {
      const database = await open();
      const { world, tally } = await tryWorld(seed, {
        videos: Math.min(videosPerWorld, videos - sum.videos),
        pace,
        whole: false,
        store: (time) => time.attended(openStore(database, { now: () => new Date(time.nowMs()) })),
      });
      if (world.broken.length + world.errors.length > 0) expect(await storyOf(world)).toBe('');
      add(sum, { ...tally, worlds: 1 });
    }
    expect(sum).toMatchObject({ extraPaid: 0, paidAndLost: 0 });
    expect(sum.completed).toBeGreaterThan(sum.videos * 0.5);
  });
});
