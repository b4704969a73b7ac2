import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { startWorker } from '#engine/worker.ts';
import { failureOf } from '#video/failure.ts';
import { inParallel, openWorld } from './simulated-world.ts';

describe('a download', inParallel, () => {
  test('that breaks off goes on at the byte where it was: one POST, one clip', async () => {
    await using world = await openWorld();
    const id = await world.ask('a red fox [cut:1000]', { on: 'simulator' });
    const { assets, attempts } = await world.until(id, 'completed');
    expect((await world.downloads(id)).map(({ whole }) => whole)).toEqual([false, true]);
    expect((await world.events(id)).filter(({ type }) => type === 'download_failed')).toEqual([]);
    expect(assets.filter(({ kind }) => kind === 'clip')).toMatchObject([{ width: 320, height: 180 }]);
    expect(attempts[0]?.watch.downloads).toBeUndefined();
    expect(world.posts()).toHaveLength(1);
  });

  test('that is no video fails with the reason after eight tries, and is collected when it is one', async () => {
    await using world = await openWorld();
    const id = await world.ask('a red fox [not-video:8]', { on: 'simulator' });
    const { video, assets, attempts } = await world.until(id, 'failed');
    expect(video).toMatchObject({ errorCode: 'download_failed', errorMessage: expect.stringMatching(/a web page/) });
    expect(attempts).toMatchObject([{ outcome: 'completed' }]);
    expect(assets).toEqual([]);
    expect(failureOf('download_failed').billed).toBe('yes');
    const downloads = await world.downloads(id);
    expect(downloads).toHaveLength(8);
    expect(+(downloads.at(-1)?.at ?? 0) - +(downloads[0]?.at ?? 0)).toBeGreaterThanOrEqual(120_000);

    const { note } = await world.command(id, { name: 'collect' });
    expect(note).toMatch(/costs nothing/);
    const collected = await world.until(id, 'completed');
    expect(collected.video).toMatchObject({ errorCode: null, progress: 100 });
    expect(collected.attempts).toHaveLength(1);
    expect(world.posts()).toHaveLength(1);
  });

  test('of a clip that is gone fails as expired, billed', async () => {
    await using world = await openWorld();
    const id = await world.ask('a red fox [expire]', { on: 'simulator' });
    const { video } = await world.until(id, 'over');
    expect(video).toMatchObject({ state: 'failed', errorCode: 'expired' });
    expect(failureOf('expired').billed).toBe('yes');
    expect(world.posts()).toHaveLength(1);
  });

  test('slower than the lease is finished once, with two workers looking on', async () => {
    // 19 kB at 8 kB a second: four leases of 0.6 real seconds.
    await using world = await openWorld({ speed: 10, settings: { leaseMs: 6_000 } });
    const second = startWorker(world.system);
    const id = await world.ask('a red fox [slow:8k]', { on: 'simulator' });
    const { assets } = await world.until(id, 'completed');
    await second.stop();
    expect(await world.downloads(id)).toMatchObject([{ whole: true }]);
    expect(assets.map(({ kind }) => kind).sort()).toEqual(['clip', 'spritesheet', 'thumbnail']);
    expect(await readdir(world.mediaDir)).toEqual(expect.arrayContaining([id]));
    expect(await readdir(`${world.mediaDir}/.tmp`)).toEqual([]);
  });
});
