import { describe, expect, test } from 'vitest';
import type { ListQuery, Store } from '#engine/system.ts';
import type { TestStore } from '#store/testing.ts';
import { move } from '#video/lifecycle.ts';
import { clip, minuteMs, setScene } from './scene.ts';

/** On a server that others use too, their open transactions hold the newest events back for a moment. */
const settled = (store: Store) =>
  expect.poll(async () => (await store.eventsAfter('0-0', 1_000)).more, { timeout: 10_000 }).toBe(false);

export function reading(open: TestStore['open']): void {
  describe('reading', () => {
    test('shows an owner nothing of another, and an admin everything', async () => {
      const { store, ask } = await setScene(open);
      const id = await ask();
      expect((await store.get(id, 'ada'))?.video.id).toBe(id);
      expect((await store.get(id, null))?.video.id).toBe(id);
      expect(await store.get(id, 'bob')).toBeNull();
      expect(await store.get('video_none', null)).toBeNull();
      expect(await store.events(id, 'bob')).toEqual([]);
      expect(await store.count('bob')).toEqual({});
      expect(await store.setStarred(id, 'bob', true)).toBe(false);
      expect(await store.list({ ownerId: 'bob', limit: 10, order: 'asc' })).toEqual([]);
    });

    test('pages by id in both directions, without gap or repetition', async () => {
      const { store, ask } = await setScene(open);
      const ids = [];
      for (let n = 0; n < 7; n++) ids.push(await ask());
      for (const order of ['asc', 'desc'] as const) {
        const seen: string[] = [];
        for (let after: string | undefined; ; after = seen.at(-1)) {
          const page = await store.list({ ownerId: 'ada', limit: 3, order, ...(after ? { after } : {}) });
          if (page.length === 0) break;
          seen.push(...page.map(({ video }) => video.id));
        }
        expect(seen).toEqual(order === 'asc' ? ids : ids.toReversed());
      }
    });

    test('filters', async () => {
      const { store, ask, running } = await setScene(open);
      const a = await ask({ prompt: 'A red FOX in 50% snow_fall \\ now', project: 'winter', model: 'sora-2' });
      const b = await ask({ prompt: 'a red hen', shotId: 'shot_b', resolvedModel: 'sim/other' });
      const c = await running({ prompt: '50 foxes' });
      await store.setStarred(b, 'ada', true);
      const found = async (query: Partial<ListQuery>) =>
        (await store.list({ ownerId: 'ada', limit: 10, order: 'asc', ...query })).map(({ video }) => video.id);
      expect(await found({ states: ['running', 'failed'] })).toEqual([c]);
      expect(await found({ states: [] })).toEqual([]);
      expect(await found({ model: 'sora-2' })).toEqual([a]);
      expect(await found({ model: 'sim/other' })).toEqual([b]);
      expect(await found({ project: 'winter' })).toEqual([a]);
      expect(await found({ shotId: 'shot_b' })).toEqual([b]);
      expect(await found({ starred: true })).toEqual([b]);
      expect(await found({ starred: false })).toEqual([a, c]);
      expect(await found({ q: 'fox' })).toEqual([a, c]);
      expect(await found({ q: '  Fox  RED ' })).toEqual([a]);
      expect(await found({ q: '50%' })).toEqual([a]);
      expect(await found({ q: 'snow_' })).toEqual([a]);
      expect(await found({ q: '\\' })).toEqual([a]);
      expect(await found({ q: "'; drop table videos" })).toEqual([]);
      expect(await found({ q: '' })).toEqual([a, b, c]);
    });

    test('keeps the first time of a star', async () => {
      const { store, clock, ask, video } = await setScene(open);
      const id = await ask();
      const first = clock.now();
      expect(await store.setStarred(id, null, true)).toBe(true);
      clock.pass(1_000);
      await store.setStarred(id, 'ada', true);
      expect((await video(id)).starredAt).toEqual(first);
      await store.setStarred(id, 'ada', false);
      expect((await video(id)).starredAt).toBeNull();
    });

    test('hides nothing from whoever knows the id, but leaves it out of lists', async () => {
      const { store, ask, claimed, save, clock } = await setScene(open);
      const id = await ask();
      await save(await claimed(id), 'canceled', { next: null, video: { hiddenAt: clock.now() } });
      expect((await store.get(id, 'ada'))?.video.hiddenAt).toEqual(clock.now());
      expect(await store.list({ ownerId: null, limit: 10, order: 'desc' })).toEqual([]);
      expect(await store.count(null)).toEqual({});
    });

    test('gives a reference image to its owner only', async () => {
      const { store, ask, claimed } = await setScene(open);
      const image = { ...clip('asset_r', await claimed(await ask())), videoId: null, attemptId: null };
      const reference = { ...image, kind: 'reference' as const, durationMs: null };
      await store.addReference(reference, 'ada', { name: 'fox.png', purpose: null });
      expect(await store.asset('asset_r', 'ada')).toEqual(reference);
      expect(await store.asset('asset_r', null)).toEqual(reference);
      expect(await store.asset('asset_r', 'bob')).toBeNull();
    });

    test('counts the starts of the engine within a time', async () => {
      const { store, clock } = await setScene(open);
      for (let n = 0; n < 3; n++) {
        await store.recordBoot();
        clock.pass(minuteMs);
      }
      expect(await store.bootsBetween(clock.in(-3 * minuteMs), clock.in(-minuteMs))).toBe(3);
      expect(await store.bootsBetween(clock.in(-2 * minuteMs), clock.in(-minuteMs))).toBe(2);
      expect(await store.bootsBetween(clock.now(), clock.now())).toBe(0);
    });

    test('answers that it is there', async () => {
      const { store } = await setScene(open);
      await expect(store.check()).resolves.toBeUndefined();
    });
  });

  describe('the stream of events', () => {
    test('goes on behind a cursor, page by page, to its end', async () => {
      const { store, ask, claimed, clock } = await setScene(open);
      const begin = await store.latestCursor();
      const ids = [await ask(), await ask(), await ask()];
      const claims = [await claimed(ids[0] ?? ''), await claimed(ids[1] ?? '')];
      await store.saveMoves(
        claims.map((claim) => move(claim, 'submitting', { next: clock.in(minuteMs), event: 'submitting' })),
      );
      await settled(store);
      const first = await store.eventsAfter(begin, 2);
      expect(first.more).toBe(true);
      const rest = await store.eventsAfter(first.events.at(-1)?.cursor ?? '', 10);
      expect(rest.more).toBe(false);
      expect([...first.events, ...rest.events].map(({ videoId, type }) => [videoId, type])).toEqual([
        [ids[0], 'created'],
        [ids[1], 'created'],
        [ids[2], 'created'],
        [ids[0], 'submitting'],
        [ids[1], 'submitting'],
      ]);
      expect(rest.events[0]?.at).toEqual(clock.now());
      expect(await store.latestCursor()).toBe(rest.events.at(-1)?.cursor);
      expect(await store.eventsAfter(await store.latestCursor(), 10)).toEqual({ events: [], more: false });
    });

    test('writes down no look without news', async () => {
      const { store, running, claimed, save, clock } = await setScene(open);
      const id = await running();
      await settled(store);
      const before = await store.latestCursor();
      await save(await claimed(id), 'running', { next: clock.in(minuteMs), attempt: { checks: 1 } });
      await settled(store);
      expect(await store.latestCursor()).toBe(before);
    });
  });
}
