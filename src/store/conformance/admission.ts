import { describe, expect, test } from 'vitest';
import type { TestStore } from '#store/testing.ts';
import { claimIn, minuteMs, type Scene, setScene } from './scene.ts';

const everyone = 1_000;
const unlimited = [{ provider: 'sim', slots: null }];
const slots = (n: number) => [{ provider: 'sim', slots: n }];

/** Ids in the order in which they are served while one slot after the other becomes free. */
async function served({ store }: Scene): Promise<string[]> {
  const order: string[] = [];
  for (let n = 1; n <= 20; n++) {
    await store.admit(slots(n), everyone);
    const due = await claimIn(store, 'sim', 'watch', 10);
    order.push(...due.map(({ video }) => video.id));
  }
  return order;
}

export function admission(open: TestStore['open']): void {
  describe('admission', () => {
    test('makes waiting videos due, once', async () => {
      const { store, clock, ask, video } = await setScene(open);
      const id = await ask();
      expect((await video(id)).checkAt).toBeNull();
      expect(await claimIn(store, 'sim', 'watch', 10)).toEqual([]);
      clock.pass(1_000);
      expect(await store.admit(unlimited, everyone)).toBe(1);
      expect((await video(id)).checkAt).toEqual(clock.now());
      expect(await store.admit(unlimited, everyone)).toBe(0);
    });

    test('leaves other providers alone', async () => {
      const { store, ask } = await setScene(open);
      await ask({ provider: 'other' });
      expect(await store.admit(unlimited, everyone)).toBe(0);
      expect(await store.admit([], everyone)).toBe(0);
    });

    test('fills the free slots of a provider and no more', async () => {
      const { store, clock, ask, running, claimed, save } = await setScene(open);
      const busy = await running();
      for (let n = 0; n < 4; n++) await ask();
      expect(await store.admit(slots(3), everyone)).toBe(2);
      expect(await store.admit(slots(3), everyone)).toBe(0);
      await save(await claimed(busy), 'overdue', { next: clock.in(minuteMs) });
      expect(await store.admit(slots(3), everyone)).toBe(1);
      expect(await store.admit(slots(2), everyone)).toBe(0);
    });

    test('goes by priority, then by who runs the fewest, then by age', async () => {
      const scene = await setScene(open);
      const { ask, clock, running } = scene;
      await running({ ownerId: 'ada' }, minuteMs);
      const ada = [await ask({ ownerId: 'ada' }), await ask({ ownerId: 'ada' })];
      clock.pass(1_000);
      const bob = [await ask({ ownerId: 'bob' }), await ask({ ownerId: 'bob' }), await ask({ ownerId: 'bob' })];
      const low = await ask({ ownerId: 'cleo', priority: -1 });
      const high = await ask({ ownerId: 'ada', priority: 1 });
      // Ada's turns come one later than Bob's: she has one running, and one in front.
      expect(await served(scene)).toEqual([high, bob[0], bob[1], ada[0], bob[2], ada[1], low]);
    });

    test('with a single slot, owners take turns', async () => {
      const { store, clock, ask, claimed, save } = await setScene(open);
      for (let n = 0; n < 4; n++) await ask({ ownerId: 'ada' });
      for (let n = 0; n < 2; n++) await ask({ ownerId: 'bob' });
      await ask({ ownerId: 'cleo' });
      const order: string[] = [];
      for (let n = 0; n < 7; n++) {
        clock.pass(1_000);
        expect(await store.admit(slots(1), everyone)).toBe(1);
        const [due] = await claimIn(store, 'sim', 'watch', 10);
        if (!due) throw new Error('nothing was admitted');
        order.push(due.video.ownerId);
        await store.release([{ id: due.video.id, seq: due.video.claimSeq }]);
        await save(await claimed(due.video.id), 'canceled', { next: null });
      }
      expect(order).toEqual(['ada', 'bob', 'cleo', 'ada', 'bob', 'ada', 'ada']);
    });

    test('keeps an owner below the cap, over all providers', async () => {
      const { store, ask, running } = await setScene(open);
      await running({ provider: 'other' });
      for (let n = 0; n < 3; n++) await ask();
      await ask({ ownerId: 'bob' });
      expect(await store.admit(unlimited, 3)).toBe(3);
      const due = await claimIn(store, 'sim', 'watch', 10);
      expect(due.map(({ video }) => video.ownerId).sort()).toEqual(['ada', 'ada', 'bob']);
    });

    test('an owner at the cap holds nobody up', async () => {
      const { store, ask } = await setScene(open);
      for (let n = 0; n < 5; n++) await ask({ priority: 1 });
      await ask({ ownerId: 'bob' });
      expect(await store.admit(slots(3), 2)).toBe(3);
      expect(await store.admit(slots(3), 2)).toBe(0);
    });

    test('a full provider holds up nobody at another', async () => {
      const { store, ask } = await setScene(open);
      for (let n = 0; n < 5; n++) await ask();
      await ask({ provider: 'other' });
      const limits = [
        { provider: 'sim', slots: 0 },
        { provider: 'other', slots: null },
      ];
      expect(await store.admit(limits, 2)).toBe(1);
    });

    test('an owner may run a number of their own, and what is left out stays', async () => {
      const { store, ask } = await setScene(open);
      const admin = { type: 'user', id: 'root' } as const;
      for (let n = 0; n < 4; n++) for (const ownerId of ['ada', 'bob', 'cleo']) await ask({ ownerId });
      await store.setOwnerLimits('ada', { maxRunning: 1, maxQueued: 7 }, admin);
      await store.setOwnerLimits('bob', { maxRunning: 3 }, admin);
      expect(await store.admit(unlimited, 2)).toBe(1 + 3 + 2);
      await store.setOwnerLimits('ada', { maxRunning: null }, admin);
      expect(await store.ownerLimits('ada')).toEqual({ maxRunning: null, maxQueued: 7 });
      expect(await store.ownerLimits('cleo')).toEqual({ maxRunning: null, maxQueued: null });
      expect(await store.admit(unlimited, 2)).toBe(1);
      expect((await store.audit({ type: 'owner_limits_changed', limit: 10 })).map(({ data }) => data)).toEqual([
        { owner: 'ada', max_running: null, max_queued: 7 },
        { owner: 'bob', max_running: 3, max_queued: null },
        { owner: 'ada', max_running: 1, max_queued: 7 },
      ]);
    });

    test('lets a video rest as long as it must', async () => {
      const { store, clock, ask, claimed, save } = await setScene(open);
      const id = await ask();
      await save(await claimed(id), 'queued', { next: null, video: { notBefore: clock.in(minuteMs) } });
      clock.pass(minuteMs - 1);
      expect(await store.admit(unlimited, everyone)).toBe(0);
      clock.pass(1);
      expect(await store.admit(unlimited, everyone)).toBe(1);
    });

    test('the place in the queue is the order of admission', async () => {
      const scene = await setScene(open);
      const { store, clock, ask, claimed, save, running } = scene;
      await running({ ownerId: 'bob' });
      for (let n = 0; n < 12; n++) {
        if (n % 3 === 0) clock.pass(1_000);
        await ask({ ownerId: ['ada', 'bob', 'cleo'][(n * 7) % 3] ?? 'ada', priority: n % 5 === 0 ? 1 : 0 });
      }
      await ask({ provider: 'other' });
      const resting = await ask();
      await save(await claimed(resting), 'queued', { next: null, video: { notBefore: clock.in(minuteMs) } });
      const page = await store.list({ ownerId: null, limit: 100, order: 'asc', states: ['queued'] });
      const places = page
        .filter(({ video }) => video.provider === 'sim')
        .sort((a, b) => (a.queuePosition ?? 0) - (b.queuePosition ?? 0))
        .map(({ video }) => video.id);
      expect(page.map(({ queuePosition }) => queuePosition).sort((a, b) => Number(a) - Number(b))).toEqual([
        1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
      ]);
      expect(await served(scene)).toEqual(places.slice(0, -1));
      expect(places.at(-1)).toBe(resting);
    });

    test('a place is only for the queued', async () => {
      const { store, running, ask, admitAll } = await setScene(open);
      expect((await store.get(await running(), null))?.queuePosition).toBeNull();
      const admitted = await ask();
      await admitAll();
      const waiting = await ask({ priority: 1 });
      expect((await store.get(admitted, null))?.queuePosition).toBe(1);
      expect((await store.get(waiting, null))?.queuePosition).toBe(2);
    });
  });
}
