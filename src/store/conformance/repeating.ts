import { describe, expect, test } from 'vitest';
import type { Once } from '#engine/system.ts';
import type { TestStore } from '#store/testing.ts';
import { IdempotencyConflict } from '#video/errors/idempotency-conflict.ts';
import { QueueFull } from '#video/errors/queue-full.ts';
import { hourMs, minuteMs, setScene, wish } from './scene.ts';

/** Creates that come more than once. */
export function repeating(open: TestStore['open']): void {
  async function scene() {
    const { store, clock } = await setScene(open);
    let n = 0;
    /** A create of one video, with what makes it repeatable. */
    async function create(once: Partial<Once> = {}, limit = 10) {
      n += 1;
      const ownerId = once.ownerId ?? 'ada';
      const whole: Once = { id: `once_${n}`, ownerId, key: null, fingerprint: 'a fox', tries: 0, ...once };
      const { ids, onceId, replayed } = await store.create([wish(n, { ownerId })], limit, whole);
      return { id: ids[0], onceId: onceId ?? '', replayed };
    }
    const count = async () => (await store.list({ ownerId: null, limit: 100, order: 'asc' })).length;
    return { store, clock, create, count };
  }

  describe('a create under a key', () => {
    test('makes its videos once, also when it comes twice at the same time', async () => {
      const { create, count } = await scene();
      const [first, second] = await Promise.all([create({ key: 'k' }), create({ key: 'k' })]);
      const third = await create({ key: 'k' });
      expect([second.id, third.id]).toEqual([first.id, first.id]);
      expect([first, second].filter(({ replayed }) => replayed)).toHaveLength(1);
      expect(third).toMatchObject({ replayed: true, onceId: first.onceId });
      expect(await count()).toBe(1);
    });

    test('is refused for another request, and belongs to its owner', async () => {
      const { create } = await scene();
      const first = await create({ key: 'k' });
      await expect(create({ key: 'k', fingerprint: 'a crow' })).rejects.toThrow(IdempotencyConflict);
      const others = await create({ key: 'k', ownerId: 'bob', fingerprint: 'a crow' });
      expect(others).toMatchObject({ replayed: false });
      expect(others.id).not.toBe(first.id);
    });

    test('is forgotten with a refusal, and after a day', async () => {
      const { create, clock } = await scene();
      await expect(create({ key: 'k' }, 0)).rejects.toThrow(QueueFull);
      expect(await create({ key: 'k' })).toMatchObject({ replayed: false });
      clock.pass(24 * hourMs - 1);
      expect(await create({ key: 'k' })).toMatchObject({ replayed: true });
      clock.pass(2);
      expect(await create({ key: 'k', fingerprint: 'a crow' })).toMatchObject({ replayed: false });
    });
  });

  describe('a create without a key', () => {
    test('pairs a retry with the try whose answer was lost, each count once', async () => {
      const { create, count } = await scene();
      const first = await create();
      expect(await create({ tries: 1 })).toEqual({ ...first, replayed: true });
      expect(await create({ tries: 2 })).toEqual({ ...first, replayed: true });
      const another = await create({ tries: 1 });
      expect(another).toMatchObject({ replayed: false });
      expect(await create({ tries: 2 })).toEqual({ ...another, replayed: true });
      expect(await count()).toBe(2);
    });

    test('keeps equal prompts apart, also when each of their answers was lost', async () => {
      const { create, count } = await scene();
      const firsts = [await create(), await create(), await create(), await create()];
      expect(await count()).toBe(4);
      const retries = await Promise.all(firsts.map(() => create({ tries: 1 })));
      expect(new Set(retries.map(({ id }) => id))).toEqual(new Set(firsts.map(({ id }) => id)));
      expect(await count()).toBe(4);
    });

    test('pairs nothing that is answered, older than two minutes, other, or of somebody else', async () => {
      const { store, create, clock } = await scene();
      const { onceId } = await create();
      await store.answered(onceId);
      expect(await create({ tries: 1 })).toMatchObject({ replayed: false });
      await create({ fingerprint: 'old' });
      clock.pass(2 * minuteMs);
      expect(await create({ fingerprint: 'old', tries: 1 })).toMatchObject({ replayed: false });
      await create({ fingerprint: 'mine' });
      expect(await create({ fingerprint: 'mine', ownerId: 'bob', tries: 1 })).toMatchObject({ replayed: false });
      expect(await create({ fingerprint: 'other', tries: 1 })).toMatchObject({ replayed: false });
    });
  });

  test('characters are their owner’s, and made once', async () => {
    const { store } = await scene();
    const ava = { id: 'char_1', ownerId: 'ada', name: 'Ava', provider: 'sim', upstreamId: null };
    const once: Once = { id: 'once_1', ownerId: 'ada', key: 'k', fingerprint: 'ava', tries: 0 };
    expect(await store.addCharacter(ava, once)).toEqual({ id: 'char_1', onceId: 'once_1', replayed: false });
    const again = { ...ava, id: 'char_2' };
    expect(await store.addCharacter(again, { ...once, id: 'once_2' })).toMatchObject({ id: 'char_1', replayed: true });
    expect(await store.character('char_2', null)).toBeNull();
    expect(await store.character('char_1', 'bob')).toBeNull();
    await store.confirmCharacter('char_1', 'up_1');
    expect(await store.character('char_1', 'ada')).toMatchObject({ name: 'Ava', upstreamId: 'up_1' });
    await store.dropCharacter('char_1');
    expect(await store.character('char_1', 'ada')).toBeNull();
    expect(await store.addCharacter(again, { ...once, id: 'once_2' })).toMatchObject({ replayed: false });
  });
}
