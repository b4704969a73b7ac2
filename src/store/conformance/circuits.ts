import { describe, expect, test } from 'vitest';
import type { TestStore } from '#store/testing.ts';
import { leaseMs, minuteMs, type Scene, setScene } from './scene.ts';

const unlimited = [{ provider: 'sim', slots: null }];

/** Five videos fail in a row. */
async function openCircuit({ store, running }: Scene): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) ids.push(await running());
  for (const videoId of ids) await store.changeCircuit('sim', { kind: 'trouble', videoId });
  return ids;
}

export function circuits(open: TestStore['open']): void {
  describe('a circuit', () => {
    test('opens after failures of several videos, for all who ask, and writes that down once', async () => {
      const scene = await setScene(open);
      const { store, clock } = scene;
      expect(await store.holds()).toEqual([]);
      const ids = await openCircuit(scene);
      const hold = { provider: 'sim', pausedAt: null, stoppedAt: null, openedAt: clock.now(), trialAt: null };
      expect(await store.holds()).toEqual([{ ...hold, nextTryAt: clock.in(5_000) }]);
      expect(await store.changeCircuit('sim', { kind: 'trouble', videoId: ids[0] ?? '' })).toBe(false);
      const told = (await store.audit({ limit: 10, type: 'circuit_opened' })).map(({ data }) => data);
      expect(told).toEqual([{ provider: 'sim', starts_only: false }]);
      expect(await store.activity()).toMatchObject([{ openedAt: clock.now(), nextTryAt: clock.in(5_000) }]);
    });

    test('stays closed while another video gets answers', async () => {
      const scene = await setScene(open);
      const { store, clock, looked, save, running } = scene;
      const well = await running();
      for (let n = 0; n < 12; n++) {
        await store.changeCircuit('sim', { kind: 'trouble', videoId: `video ${n}` });
        clock.pass(10_000);
        if (n % 3 > 0) continue;
        await save(await looked(well), 'running', { next: clock.in(minuteMs), attempt: { checks: 1, watch: {} } });
      }
      expect(await store.holds()).toEqual([]);
    });

    test('lets nothing in while it is open, one start at a time on trial, and all when it is closed', async () => {
      const scene = await setScene(open);
      const { store, clock, ask, video } = scene;
      await openCircuit(scene);
      const waiting = [await ask(), await ask(), await ask()];
      expect(await store.admit(unlimited, 1_000)).toBe(0);
      expect(await store.changeCircuit('sim', { kind: 'try' })).toBe(false);
      clock.pass(5_000);
      const tries = await Promise.all(Array.from({ length: 4 }, () => store.changeCircuit('sim', { kind: 'try' })));
      expect(tries.filter(Boolean)).toHaveLength(1);
      await store.changeCircuit('sim', { kind: 'trial' });
      expect(await store.admit(unlimited, 1_000)).toBe(1);
      expect(await store.admit(unlimited, 1_000)).toBe(0);
      // It fails again: what was let in waits once more.
      await store.changeCircuit('sim', { kind: 'trouble', videoId: waiting[0] ?? '' });
      expect((await video(waiting[0] ?? '')).checkAt).toBeNull();
      clock.pass(minuteMs);
      await store.changeCircuit('sim', { kind: 'try' });
      await store.changeCircuit('sim', { kind: 'trial' });
      expect(await store.changeCircuit('sim', { kind: 'answered' })).toBe(true);
      expect(await store.holds()).toEqual([]);
      expect(await store.admit(unlimited, 1_000)).toBe(3);
      expect((await store.audit({ limit: 1, type: 'circuit_closed' }))[0]?.data).toEqual({ provider: 'sim' });
    });

    test('of starts alone opens after two unclear creates, and leaves the looks alone', async () => {
      const { store, clock, ask } = await setScene(open);
      await store.changeCircuit('sim', { kind: 'unclear' });
      await store.changeCircuit('sim', { kind: 'clear' });
      await store.changeCircuit('sim', { kind: 'unclear' });
      expect(await store.holds()).toEqual([]);
      await store.changeCircuit('sim', { kind: 'unclear' });
      expect(await store.holds()).toMatchObject([
        { stoppedAt: clock.now(), openedAt: null, nextTryAt: clock.in(5_000) },
      ]);
      expect(await store.changeCircuit('other', { kind: 'clear' })).toBe(false);
      await ask();
      expect(await store.admit(unlimited, 1_000)).toBe(0);
      await store.changeCircuit('sim', { kind: 'clear' });
      expect(await store.admit(unlimited, 1_000)).toBe(1);
    });

    test('holds up nobody at another provider', async () => {
      const scene = await setScene(open);
      await openCircuit(scene);
      await scene.ask({ provider: 'other' });
      expect(await scene.store.admit([...unlimited, { provider: 'other', slots: null }], 1_000)).toBe(1);
    });
  });

  describe('what waits in line', () => {
    test('can be claimed to be sent elsewhere: of the models named, rests left out', async () => {
      const { store, clock, ask, running, video, claimed, save } = await setScene(open);
      await running();
      const waits = await ask();
      await ask({ resolvedModel: 'sim/other' });
      await ask({ provider: 'other' });
      const rests = await ask();
      await save(await claimed(rests), 'queued', { next: null, video: { notBefore: clock.in(minuteMs) } });
      const claims = await store.claimWaiting('sim', ['sim/test'], 10, leaseMs);
      expect(claims.map((claim) => claim.video.id)).toEqual([waits]);
      expect(await store.claimWaiting('sim', ['sim/test'], 10, leaseMs)).toEqual([]);
      const [claim] = claims;
      if (!claim) throw new Error('nothing was claimed');
      await save(claim, 'queued', {
        next: null,
        attempt: { outcome: 'rejected' },
        nextAttempt: {
          id: 'attempt_next',
          n: 2,
          provider: 'other',
          request: { ...claim.attempt.request, seconds: 8 },
          requestHash: 'fitted',
          estimateMicroUsd: 400_000,
        },
        video: { provider: 'other', resolvedModel: 'other/model', seconds: 8, size: '640x360', warnings: ['moved'] },
      });
      expect(await video(waits)).toMatchObject({
        provider: 'other',
        resolvedModel: 'other/model',
        seconds: 8,
        size: '640x360',
        warnings: ['moved'],
        checkAt: null,
      });
      const attempts = (await store.get(waits, null))?.attempts;
      expect(attempts).toMatchObject([
        { n: 1, provider: 'sim', outcome: 'rejected' },
        {
          n: 2,
          provider: 'other',
          request: { seconds: 8 },
          requestHash: 'fitted',
          estimateMicroUsd: 400_000,
          watch: {},
        },
      ]);
      expect((await store.ledgerOf(waits)).filter(({ kind }) => kind === 'reserve')).toMatchObject([
        { amountMicroUsd: 0, source: null },
        { amountMicroUsd: 400_000, source: 'estimate' },
      ]);
      expect(await store.admit([{ provider: 'other', slots: null }], 1_000)).toBe(2);
    });
  });

  describe('a command', () => {
    test('is no look: who claims for one leaves the last look as it was', async () => {
      const { store, clock, running, video, looked, save, claimed } = await setScene(open);
      const id = await running();
      await save(await looked(id), 'running', { next: clock.in(minuteMs) });
      const { checkedAt } = await video(id);
      expect(checkedAt).toEqual(clock.now());
      clock.pass(minuteMs);
      const claim = await claimed(id);
      await store.release([{ id, seq: claim.video.claimSeq }]);
      expect((await video(id)).checkedAt).toEqual(checkedAt);
    });
  });

  describe('a call of a provider', () => {
    test('makes a look due the first time, and changes nothing when it comes again', async () => {
      const { store, clock, running, video } = await setScene(open);
      const id = await running();
      const attemptId = (await store.get(id, null))?.attempts[0]?.id ?? '';
      expect(await store.attempt(attemptId)).toMatchObject({ id: attemptId, videoId: id });
      expect(await store.attempt('attempt_none')).toBeNull();
      expect(await store.wasCalled(attemptId)).toBe(false);
      const taken = await Promise.all(Array.from({ length: 8 }, () => store.takeCall('sim', 'event 1', attemptId)));
      expect(taken.filter(Boolean)).toHaveLength(1);
      expect(await store.wasCalled(attemptId)).toBe(true);
      expect((await video(id)).checkAt).toEqual(clock.now());
      const called = (await store.events(id, null)).filter(({ type }) => type === 'called');
      expect(called).toMatchObject([{ actor: { type: 'webhook', id: 'sim' } }]);
      await store.countCall('sim', 'missed');
      await store.countCall('sim', 'refused');
      await store.countCall('sim', 'refused');
      expect((await store.activity())[0]?.calls).toEqual({ verified: 1, refused: 2, missed: 1 });
    });

    test('while a worker holds the row is remembered for after its save', async () => {
      const { store, clock, running, claimed, save, video } = await setScene(open);
      const id = await running();
      const claim = await claimed(id);
      await store.takeCall('sim', 'event 1', claim.attempt.id);
      await save(claim, 'running', { next: clock.in(minuteMs) });
      expect((await video(id)).checkAt).toEqual(clock.now());
    });

    test('never makes a waiting take due', async () => {
      const { store, ask, video } = await setScene(open);
      const id = await ask();
      const attemptId = (await store.get(id, null))?.attempts[0]?.id ?? '';
      await store.takeCall('sim', 'event 1', attemptId);
      expect((await video(id)).checkAt).toBeNull();
    });
  });
}
