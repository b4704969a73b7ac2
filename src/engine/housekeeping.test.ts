import { expect, test } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import { move } from '#video/lifecycle.ts';
import type { Asset } from '#video/video.ts';
import { keepHouse, startHousekeeping } from './housekeeping.ts';
import { createWorld } from './testing.ts';

const dayMs = 86_400_000;

async function setHouse() {
  const world = createWorld({ store: (clock) => openMemoryStore(clock) });
  const worker = world.start();
  const { system, clock, media } = world;
  return {
    ...world,
    keep: (retentionMs: number | null = null) => keepHouse(system, retentionMs, 'me'),
    async done(more = {}) {
      const id = await world.ask('a fox', more);
      await world.until(id, 'completed');
      return id;
    },
    async reference(n: number): Promise<Asset> {
      const id = `asset_${n}`;
      const key = `references/${id}`;
      media.files.set(key, Buffer.from('png'));
      const about = { contentType: 'image/png', bytes: 3, sha256: 'ab', width: 64, height: 64, durationMs: null };
      const asset: Asset = { ...about, id, key, videoId: null, attemptId: null, kind: 'reference' };
      await system.store.addReference(asset, 'owner', { name: null, purpose: null });
      return asset;
    },
    keys: () => [...media.files.keys()],
    /** Days in which nothing else happens. */
    async days(n: number) {
      await worker.stop();
      await clock.advance(n * dayMs);
    },
  };
}

test('reference files that no video uses go after a week, with their bytes', async () => {
  const { keep, reference, done, days, keys, stop } = await setHouse();
  const [used, unused] = [await reference(1), await reference(2)];
  const id = await done({ inputs: [used.id] });
  expect(await keep()).toMatchObject({ references: 0 });
  await days(8);
  expect(await keep()).toMatchObject({ references: 1 });
  expect(keys().filter((key) => key.startsWith('references'))).toEqual([used.key]);
  expect(keys()).not.toContain(unused.key);
  expect(keys().some((key) => key.startsWith(id))).toBe(true);
  await stop();
});

test('clips stay for ever, unless a time is set; starred ones then too', async () => {
  const { keep, done, days, keys, see, system, stop } = await setHouse();
  const [old, starred] = [await done(), await done()];
  await system.store.setStarred(starred, null, true);
  await days(31);
  expect(await keep()).toMatchObject({ expired: 0 });
  expect(await keep(30 * dayMs)).toMatchObject({ expired: 1 });
  expect(keys()).toEqual([expect.stringContaining(starred)]);
  expect((await see(old)).video).toMatchObject({ state: 'completed', clipAssetId: null, errorCode: null });
  await stop();
});

test('the files of a deleted video go a week later', async () => {
  const { keep, done, days, keys, system, stop } = await setHouse();
  const id = await done();
  const claimed = await system.store.claimOne(id, null, 1_000);
  if (claimed === null || claimed === 'busy') throw new Error('not claimed');
  await system.store.saveMoves([move(claimed, 'completed', { next: null, video: { hiddenAt: system.clock.now() } })]);
  await days(6);
  expect(await keep()).toMatchObject({ expired: 0 });
  await days(2);
  expect(await keep()).toMatchObject({ expired: 1 });
  expect(keys()).toEqual([]);
  await stop();
});

test('a file without a row goes, if its video is ours and over', async () => {
  const { keep, done, media, keys, stop } = await setHouse();
  const id = await done();
  const [own = ''] = keys();
  for (const key of [`${id}/attempt_gone/clip`, 'video_of_others/a/clip', 'notes/x']) {
    media.files.set(key, Buffer.from('clip'));
  }
  expect(await keep()).toMatchObject({ orphans: 1 });
  expect(keys().sort()).toEqual([own, 'video_of_others/a/clip', 'notes/x'].sort());
  await stop();
});

test('one process keeps house at a time, every hour', async () => {
  const { system, clock, days, reference, keys, keep, stop } = await setHouse();
  await system.store.takeTurn('housekeeping', 'another', 1_000);
  expect(await keep()).toBeNull();
  await reference(1);
  await days(8);
  const stopKeeping = startHousekeeping(system, null, 'me');
  await clock.advance(120_000);
  expect(keys()).toEqual([]);
  const stopped = stopKeeping();
  await clock.advance(1);
  await stopped;
  await stop();
});
