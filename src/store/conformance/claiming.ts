import { describe, expect, test } from 'vitest';
import type { TestStore } from '#store/testing.ts';
import { leaseMs, minuteMs, setScene } from './scene.ts';

export function claiming(open: TestStore['open']): void {
  describe('claiming', () => {
    test('takes what is due of one provider, the longest due first', async () => {
      const { store, clock, running } = await setScene(open);
      const later = await running({}, 2_000);
      const sooner = await running({}, 1_000);
      await running({}, minuteMs);
      await running({ provider: 'other' }, 1_000);
      clock.pass(3_000);
      const claims = await store.claim('sim', 'watch', 10, leaseMs);
      expect(claims.map(({ video }) => video.id)).toEqual([sooner, later]);
      expect(claims[0]?.at).toEqual(clock.now());
      expect(claims[0]?.video).toMatchObject({ claimSeq: 2, claimedUntil: clock.in(leaseMs) });
      expect(claims[0]?.attempt).toMatchObject({ n: 1, operation: { id: `job-${sooner}` } });
    });

    test('writes the look down, and tells of the one before', async () => {
      const { clock, running, looked, save, video } = await setScene(open);
      const id = await running();
      const first = await looked(id);
      expect(first.video.checkedAt).toBeNull();
      await save(first, 'running', { next: clock.in(minuteMs) });
      clock.pass(minuteMs);
      const second = await looked(id);
      expect(second.video.checkedAt).toEqual(first.at);
      expect((await video(id)).checkedAt).toEqual(clock.now());
      await save(second, 'running', { next: clock.in(minuteMs) });
      clock.pass(1_000);
      expect((await looked(id)).video.checkedAt).toEqual(second.at);
    });

    test('takes no more than asked for, and nothing twice', async () => {
      const { store, clock, running } = await setScene(open);
      for (let n = 0; n < 5; n++) await running({}, 1_000);
      clock.pass(1_000);
      expect(await store.claim('sim', 'watch', 3, leaseMs)).toHaveLength(3);
      expect(await store.claim('sim', 'watch', 3, leaseMs)).toHaveLength(2);
      expect(await store.claim('sim', 'watch', 3, leaseMs)).toHaveLength(0);
    });

    test('keeps copies and looks apart', async () => {
      const { store, clock, running, claimed, save } = await setScene(open);
      const copied = await running();
      await save(await claimed(copied), 'storing', { next: clock.now() });
      const watched = await running({}, 0);
      expect((await store.claim('sim', 'collect', 10, leaseMs)).map(({ video }) => video.id)).toEqual([copied]);
      expect((await store.claim('sim', 'watch', 10, leaseMs)).map(({ video }) => video.id)).toEqual([watched]);
    });

    test('takes rows of providers that are gone as one group', async () => {
      const { store, running } = await setScene(open);
      await running({}, 0);
      const lost = [await running({ provider: 'gone' }, 0), await running({ provider: 'lost' }, 0)];
      const claims = await store.claimForeign(['sim'], 10, leaseMs);
      expect(claims.map(({ video }) => video.id)).toEqual(lost);
      expect(await store.claimForeign(['sim'], 10, leaseMs)).toEqual([]);
    });

    test('lets a lease run out, and fences off whoever held it', async () => {
      const { store, clock, running, save, video } = await setScene(open);
      const id = await running({}, 0);
      const [zombie] = await store.claim('sim', 'watch', 1, leaseMs);
      clock.pass(leaseMs - 1);
      expect(await store.claim('sim', 'watch', 1, leaseMs)).toEqual([]);
      clock.pass(1);
      const [heir] = await store.claim('sim', 'watch', 1, leaseMs);
      expect(heir?.video.id).toBe(id);
      if (!zombie || !heir) throw new Error('nothing was claimed');
      expect(await save(zombie, 'storing', { next: clock.now(), event: 'rendered' })).toBe('fenced');
      expect((await video(id)).state).toBe('running');
      expect((await store.events(id, null)).map(({ type }) => type)).toEqual(['created']);
      expect(await store.renew(id, zombie.video.claimSeq, leaseMs)).toBe(false);
      expect(await save(heir, 'storing', { next: clock.now() })).toBe('saved');
    });

    test('renews a lease for as long as nobody else took the row', async () => {
      const { store, clock, running } = await setScene(open);
      const id = await running({}, 0);
      const [claim] = await store.claim('sim', 'watch', 1, leaseMs);
      const seq = claim?.video.claimSeq ?? 0;
      clock.pass(leaseMs - 1_000);
      expect(await store.renew(id, seq, leaseMs)).toBe(true);
      clock.pass(leaseMs - 1_000);
      expect(await store.claim('sim', 'watch', 1, leaseMs)).toEqual([]);
      clock.pass(1_000);
      expect(await store.claim('sim', 'watch', 1, leaseMs)).toHaveLength(1);
      expect(await store.renew(id, seq, leaseMs)).toBe(false);
    });

    test('renews nothing that was given back', async () => {
      const { store, running, claimed } = await setScene(open);
      const claim = await claimed(await running());
      const { id, claimSeq } = claim.video;
      await store.release([{ id, seq: claimSeq }]);
      expect(await store.renew(id, claimSeq, leaseMs)).toBe(false);
    });

    test('gives claims back as they were', async () => {
      const { store, clock, running } = await setScene(open);
      const id = await running({}, 1_000);
      clock.pass(1_000);
      const [claim] = await store.claim('sim', 'watch', 1, leaseMs);
      await store.release([{ id, seq: claim?.video.claimSeq ?? 0 }]);
      const [again] = await store.claim('sim', 'watch', 1, leaseMs);
      expect(again?.video).toMatchObject({ id, checkAt: clock.now() });
      await store.release([{ id, seq: claim?.video.claimSeq ?? 0 }]);
      expect(await store.claim('sim', 'watch', 1, leaseMs)).toEqual([]);
    });

    test('frees every claim when the only process starts anew', async () => {
      const { store, running } = await setScene(open);
      await running({}, 0);
      await store.claim('sim', 'watch', 1, leaseMs);
      await store.releaseAllClaims();
      expect(await store.claim('sim', 'watch', 1, leaseMs)).toHaveLength(1);
    });

    test('serves a command, due or not, and says who is in the way', async () => {
      const { store, running, claimed } = await setScene(open);
      const id = await running();
      expect(await store.claimOne(id, 'bob', leaseMs)).toBeNull();
      expect(await store.claimOne('video_none', null, leaseMs)).toBeNull();
      const claim = await claimed(id);
      expect(claim.video.id).toBe(id);
      expect(await store.claimOne(id, 'ada', leaseMs)).toBe('busy');
      expect(await store.claimOne(id, 'bob', leaseMs)).toBeNull();
    });
  });

  describe('the next due time', () => {
    test('is that of the first look, the end of a lease, or the end of a rest', async () => {
      const { store, clock, running, ask, claimed, save } = await setScene(open);
      expect((await store.nextDue()).at).toBeNull();
      const queued = await ask();
      expect((await store.nextDue()).at).toBeNull();
      await save(await claimed(queued), 'queued', { next: null, video: { notBefore: clock.in(5 * minuteMs) } });
      expect((await store.nextDue()).at).toEqual(clock.in(5 * minuteMs));
      await running({}, 3 * minuteMs);
      expect((await store.nextDue()).at).toEqual(clock.in(3 * minuteMs));
      await running({}, 0);
      expect((await store.nextDue()).at).toEqual(clock.now());
      await store.claim('sim', 'watch', 1, minuteMs);
      expect((await store.nextDue()).at).toEqual(clock.in(minuteMs));
      clock.pass(6 * minuteMs);
      expect((await store.nextDue()).at).toEqual(clock.in(-6 * minuteMs));
    });
  });
}
