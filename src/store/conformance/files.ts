import { describe, expect, test } from 'vitest';
import type { TestStore } from '#store/testing.ts';
import type { Asset } from '#video/video.ts';
import { clip, hourMs, type Scene, setScene } from './scene.ts';

const actor = { type: 'user', id: 'ada' } as const;

const image = (n: number): Asset => ({
  id: `asset_${n}`,
  videoId: null,
  attemptId: null,
  kind: 'reference',
  key: `references/asset_${n}`,
  contentType: 'image/png',
  bytes: 1_000,
  sha256: 'cd',
  width: 320,
  height: 180,
  durationMs: null,
});

export function files(open: TestStore['open']): void {
  describe('reference files', () => {
    test('are told with their names, to their owner', async () => {
      const { store, clock } = await setScene(open);
      await store.addReference(image(1), 'ada', { name: 'fox.png', purpose: 'vision' });
      const expected = { ...image(1), name: 'fox.png', purpose: 'vision', createdAt: clock.now() };
      expect(await store.reference('asset_1', 'ada')).toEqual(expected);
      expect(await store.reference('asset_1', null)).toEqual(expected);
      expect(await store.reference('asset_1', 'bob')).toBeNull();
      expect(await store.asset('asset_1', 'ada')).toEqual(image(1));
    });

    test('are listed in pages, by purpose', async () => {
      const { store } = await setScene(open);
      for (const n of [1, 2, 3]) {
        await store.addReference(image(n), 'ada', { name: null, purpose: n === 2 ? 'user_data' : 'vision' });
      }
      await store.addReference(image(4), 'bob', { name: null, purpose: 'vision' });
      const ids = async (query: object) =>
        (await store.references({ ownerId: 'ada', limit: 10, order: 'desc', ...query })).map(({ id }) => id);
      expect(await ids({})).toEqual(['asset_3', 'asset_2', 'asset_1']);
      expect(await ids({ limit: 1, after: 'asset_3' })).toEqual(['asset_2']);
      expect(await ids({ order: 'asc', after: 'asset_1' })).toEqual(['asset_2', 'asset_3']);
      expect(await ids({ purpose: 'user_data' })).toEqual(['asset_2']);
    });

    test('that a live video needs are not dropped', async () => {
      const { store, clock, ask, claimed, save } = await setScene(open);
      await store.addReference(image(1), 'ada', { name: null, purpose: null });
      const id = await ask({ inputs: ['asset_0', 'asset_1'] });
      expect(await store.dropReference('asset_1', 'bob')).toBeNull();
      expect(await store.dropReference('asset_1', 'ada')).toBe('in_use');
      await save(await claimed(id), 'canceled', { next: null, video: { completedAt: clock.now() } });
      expect(await store.dropReference('asset_1', 'ada')).toEqual(image(1));
      expect(await store.dropReference('asset_1', 'ada')).toBeNull();
    });

    test('that nobody uses are dropped when they are old', async () => {
      const { store, clock, ask, claimed, save } = await setScene(open);
      for (const n of [1, 2, 3]) await store.addReference(image(n), 'ada', { name: null, purpose: null });
      const seen = await ask({ inputs: ['asset_1'] });
      await ask({ inputs: ['asset_2'] });
      await save(await claimed(seen), 'canceled', { next: null, video: { completedAt: clock.now() } });
      clock.pass(hourMs);
      await store.addReference(image(4), 'ada', { name: null, purpose: null });
      expect(await store.dropUnusedReferences(clock.in(-hourMs), 10)).toEqual([]);
      expect(await store.dropUnusedReferences(clock.in(-1), 10)).toEqual([image(3)]);
      await save(await claimed(seen), 'canceled', { next: null, video: { hiddenAt: clock.now() } });
      expect(await store.dropUnusedReferences(clock.in(-1), 10)).toEqual([image(1)]);
    });
  });

  describe('a poster', () => {
    const stored = async (scene: Scene) => {
      const { store } = scene;
      const id = await storedClip(scene);
      const attemptId = (await store.get(id, null))?.attempts[0]?.id ?? '';
      const poster = (n: number): Asset => ({ ...image(n), videoId: id, attemptId, kind: 'thumbnail' });
      return { id, poster, store };
    };

    test('is that of whoever came first, and is told', async () => {
      const { id, poster, store } = await stored(await setScene(open));
      const added = await Promise.all([1, 2, 3].map((n) => store.addPoster(poster(n), actor)));
      expect(added.filter(Boolean)).toHaveLength(1);
      const details = await store.get(id, null);
      expect(details?.assets.map(({ kind }) => kind).sort()).toEqual(['clip', 'thumbnail']);
      const event = (await store.events(id, null)).at(-1);
      expect(event).toMatchObject({ type: 'poster_added', actor, stateBefore: 'completed', stateAfter: 'completed' });
    });

    test('is of the stored clip alone', async () => {
      const { poster, store } = await stored(await setScene(open));
      expect(await store.addPoster({ ...poster(1), attemptId: 'attempt_other' }, actor)).toBe(false);
      expect(await store.addPoster({ ...poster(1), videoId: 'video_none' }, actor)).toBe(false);
    });
  });

  describe('files that are due', () => {
    test('are those of old clips that nobody starred, and of deleted ones', async () => {
      const scene = await setScene(open);
      const { store, clock, claimed, save } = scene;
      const [old, starred, deleted] = [await storedClip(scene), await storedClip(scene), await storedClip(scene)];
      await store.setStarred(starred, null, true);
      clock.pass(hourMs);
      const young = await storedClip(scene);
      await save(await claimed(deleted), 'completed', { next: null, video: { hiddenAt: clock.now() } });
      clock.pass(hourMs);
      const rule = { finishedBefore: clock.in(-1.5 * hourMs), deletedBefore: clock.in(-1) };
      expect((await store.expiring(rule, 10)).map(({ id }) => id)).toEqual([old, deleted]);
      expect(await store.expiring(rule, 1)).toMatchObject([
        { id: old, ownerId: 'ada', prompt: 'a fox', bytes: 5_000_000_000 },
      ]);
      for (const id of [starred, young]) expect(await store.expire(id, rule)).toEqual([]);
      const never = { finishedBefore: new Date(0), deletedBefore: new Date(0) };
      expect(await store.expire(old, never)).toEqual([]);
      expect(await store.expire(old, rule)).toMatchObject([{ kind: 'clip', videoId: old }]);
      expect(await store.expire(old, rule)).toEqual([]);
      expect(await store.get(old, null)).toMatchObject({
        video: { state: 'completed', clipAssetId: null },
        assets: [],
      });
      expect((await store.events(old, null)).at(-1)).toMatchObject({ type: 'clip_deleted', stateAfter: 'completed' });
      expect((await store.expiring(rule, 10)).map(({ id }) => id)).toEqual([deleted]);
    });

    test('are not those of a clip that is still being copied', async () => {
      const scene = await setScene(open);
      const { store, running, clock } = scene;
      await running();
      clock.pass(hourMs);
      expect(await store.expiring({ finishedBefore: clock.now(), deletedBefore: clock.now() }, 10)).toEqual([]);
    });
  });

  test('orphans are keys of videos that are over and known, and have no row', async () => {
    const scene = await setScene(open);
    const id = await storedClip(scene);
    const live = await scene.running();
    const [asset] = (await scene.store.get(id, null))?.assets ?? [];
    const keys = [
      asset?.key ?? '',
      `${id}/attempt_x/clip`,
      `${live}/attempt_x/clip`,
      'video_other/a/clip',
      'references/x',
    ];
    expect(await scene.store.orphansAmong(keys)).toEqual([`${id}/attempt_x/clip`]);
  });
}

/** A video whose clip is stored. */
async function storedClip({ running, claimed, save, clock }: Scene): Promise<string> {
  const id = await running();
  await save(await claimed(id), 'storing', { next: clock.now() });
  const claim = await claimed(id);
  const file = clip(`asset_of_${id}`, claim);
  await save(claim, 'completed', {
    next: null,
    assets: [file],
    video: { clipAssetId: file.id, completedAt: clock.now() },
  });
  return id;
}
