import { describe, expect, test } from 'vitest';
import type { TestStore } from '#store/testing.ts';
import { claimIn, leaseMs, minuteMs, setScene } from './scene.ts';

export function claiming(open: TestStore['open']): void {
  describe('claiming', () => {
    test('takes what is due of one provider, the longest due first', async () => {
      const { store, clock, running } = await setScene(open);
      const later = await running({}, 2_000);
      const sooner = await running({}, 1_000);
      await running({}, minuteMs);
      await running({ provider: 'other' }, 1_000);
      clock.pass(3_000);
      const claims = await claimIn(store, 'sim', 'watch', 10);
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
      expect(await claimIn(store, 'sim', 'watch', 3)).toHaveLength(3);
      expect(await claimIn(store, 'sim', 'watch', 3)).toHaveLength(2);
      expect(await claimIn(store, 'sim', 'watch', 3)).toHaveLength(0);
    });

    test('keeps copies and looks apart', async () => {
      const { store, clock, running, claimed, save } = await setScene(open);
      const copied = await running();
      await save(await claimed(copied), 'storing', { next: clock.now() });
      const watched = await running({}, 0);
      expect((await claimIn(store, 'sim', 'collect', 10)).map(({ video }) => video.id)).toEqual([copied]);
      expect((await claimIn(store, 'sim', 'watch', 10)).map(({ video }) => video.id)).toEqual([watched]);
    });

    test('takes from all lanes at once, of each no more than its limit', async () => {
      const { store, clock, running, claimed, save } = await setScene(open);
      const copies = [await running({}, 0), await running({}, 0)];
      for (const id of copies) await save(await claimed(id), 'storing', { next: clock.now() });
      clock.pass(1);
      const looks = [await running({}, 0), await running({}, 0), await running({}, 0)];
      clock.pass(1);
      const elsewhere = await running({ provider: 'other' }, 0);
      await running({ provider: 'full' }, 0);
      await running({ provider: 'not asked for' }, 0);
      const due = await store.claim(
        [
          { provider: 'sim', lane: 'watch', limit: 2 },
          { provider: 'other', lane: 'watch', limit: 5 },
          { provider: 'full', lane: 'watch', limit: 0 },
          { provider: 'sim', lane: 'collect', limit: 1 },
        ],
        leaseMs,
      );
      expect(due.claimed.map(({ video }) => video.id)).toEqual([copies[0], looks[0], looks[1], elsewhere]);
      expect(due.now).toEqual(clock.now());
      expect((await store.claim([], leaseMs)).claimed).toEqual([]);
    });

    test('knows all providers on the schedule, configured or not', async () => {
      const { store, clock, ask, running, claimed, save } = await setScene(open);
      expect(await store.scheduledProviders()).toEqual([]);
      await ask({ provider: 'in line' });
      for (const provider of ['gone', 'sim', 'gone']) await running({ provider });
      const copied = await running({ provider: 'copied' });
      await save(await claimed(copied), 'storing', { next: clock.in(minuteMs) });
      await save(await claimed(await running({ provider: 'over' })), 'failed', { next: null });
      expect(await store.scheduledProviders()).toEqual(['copied', 'gone', 'sim']);
    });

    test('lets a lease run out, and fences off whoever held it', async () => {
      const { store, clock, running, save, video } = await setScene(open);
      const id = await running({}, 0);
      const [zombie] = await claimIn(store, 'sim', 'watch', 1);
      clock.pass(leaseMs - 1);
      expect(await claimIn(store, 'sim', 'watch', 1)).toEqual([]);
      clock.pass(1);
      const [heir] = await claimIn(store, 'sim', 'watch', 1);
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
      const [claim] = await claimIn(store, 'sim', 'watch', 1);
      const seq = claim?.video.claimSeq ?? 0;
      clock.pass(leaseMs - 1_000);
      expect(await store.renew(id, seq, leaseMs)).toBe(true);
      clock.pass(leaseMs - 1_000);
      expect(await claimIn(store, 'sim', 'watch', 1)).toEqual([]);
      clock.pass(1_000);
      expect(await claimIn(store, 'sim', 'watch', 1)).toHaveLength(1);
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
      const [claim] = await claimIn(store, 'sim', 'watch', 1);
      await store.release([{ id, seq: claim?.video.claimSeq ?? 0 }]);
      const [again] = await claimIn(store, 'sim', 'watch', 1);
      expect(again?.video).toMatchObject({ id, checkAt: clock.now() });
      await store.release([{ id, seq: claim?.video.claimSeq ?? 0 }]);
      expect(await claimIn(store, 'sim', 'watch', 1)).toEqual([]);
    });

    test('frees every claim when the only process starts anew', async () => {
      const { store, running } = await setScene(open);
      await running({}, 0);
      await claimIn(store, 'sim', 'watch', 1);
      await store.releaseAllClaims();
      expect(await claimIn(store, 'sim', 'watch', 1)).toHaveLength(1);
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
    const none = { waits: false, restsUntil: null };

    test('is that of the first look, or the end of a lease', async () => {
      const { store, clock, running } = await setScene(open);
      const next = async () => (await store.claim([{ provider: 'sim', lane: 'watch', limit: 1 }], minuteMs)).nextAt;
      expect(await next()).toBeNull();
      await running({}, 3 * minuteMs);
      await running({ provider: 'other' }, minuteMs);
      expect(await next()).toEqual(clock.in(3 * minuteMs));
      await running({}, 0);
      await claimIn(store, 'sim', 'watch', 1, minuteMs);
      expect(await next()).toEqual(clock.in(minuteMs));
      await claimIn(store, 'other', 'watch', 1, minuteMs);
      expect(await next()).toEqual(clock.in(minuteMs));
    });

    test('is told only of lanes that have room to spare', async () => {
      const { store, clock, running, claimed, save } = await setScene(open);
      const copied = await running();
      await save(await claimed(copied), 'storing', { next: clock.in(2 * minuteMs) });
      await running({}, minuteMs);
      await running({}, 0);
      const next = async (watch: number, collect: number) =>
        (
          await store.claim(
            [
              { provider: 'sim', lane: 'watch', limit: watch },
              { provider: 'sim', lane: 'collect', limit: collect },
            ],
            leaseMs,
          )
        ).nextAt;
      expect(await next(0, 0)).toBeNull();
      expect(await next(1, 4)).toEqual(clock.in(2 * minuteMs));
      expect(await next(1, 4)).toEqual(clock.in(leaseMs));
      clock.pass(2 * minuteMs);
      expect(await next(3, 0)).toBeNull();
    });

    test('of the line is when somebody may be sent: now, or at the end of a rest', async () => {
      const { store, clock, ask, claimed, save, admitAll } = await setScene(open);
      const line = async () => (await store.claim([], leaseMs)).line;
      expect(await line()).toEqual(none);
      const resting = await ask();
      await save(await claimed(resting), 'queued', { next: null, video: { notBefore: clock.in(5 * minuteMs) } });
      expect(await line()).toEqual({ waits: false, restsUntil: clock.in(5 * minuteMs) });
      await ask();
      expect(await line()).toEqual({ waits: true, restsUntil: clock.in(5 * minuteMs) });
      await admitAll();
      expect(await line()).toEqual({ waits: false, restsUntil: clock.in(5 * minuteMs) });
      clock.pass(5 * minuteMs);
      expect(await line()).toEqual({ waits: true, restsUntil: null });
      await admitAll();
      expect(await line()).toEqual(none);
    });
  });
}
