import { describe, expect, test } from 'vitest';
import type { TestStore } from '#store/testing.ts';
import { move } from '#video/lifecycle.ts';
import { claimIn, clip, hourMs, leaseMs, minuteMs, setScene, unwritable } from './scene.ts';

export function saving(open: TestStore['open']): void {
  describe('saving', () => {
    test('writes row, attempt, file and event together', async () => {
      const { store, clock, running, claimed, save } = await setScene(open);
      const id = await running();
      const claim = await claimed(id);
      const file = clip('asset_1', claim);
      const result = await save({ ...claim, video: { ...claim.video, state: 'storing' } }, 'completed', {
        next: null,
        event: 'stored',
        actor: { type: 'system' },
        data: { bytes: 1 },
        assets: [file],
        video: { progress: 100, progressSource: 'provider', clipAssetId: 'asset_1', completedAt: clock.now() },
        attempt: { outcome: 'completed', checks: 7, raw: { status: 'completed' }, watch: {} },
      });
      expect(result).toBe('saved');
      const details = await store.get(id, null);
      expect(details?.video).toMatchObject({
        state: 'completed',
        progress: 100,
        progressSource: 'provider',
        clipAssetId: 'asset_1',
        completedAt: clock.now(),
        checkAt: null,
        claimedUntil: null,
      });
      expect(details?.attempts).toEqual([
        expect.objectContaining({ outcome: 'completed', checks: 7, raw: { status: 'completed' }, sentAt: clock.now() }),
      ]);
      expect(details?.assets).toEqual([file]);
      expect((await store.events(id, null)).at(-1)).toMatchObject({
        type: 'stored',
        stateBefore: 'running',
        stateAfter: 'completed',
        at: clock.now(),
        data: { bytes: 1 },
        ownerId: 'ada',
      });
      expect(await store.asset('asset_1', 'ada')).toEqual(file);
      expect(await store.asset('asset_1', 'bob')).toBeNull();
    });

    test('changes only what the patch names; null is a value', async () => {
      const { clock, running, claimed, save, video } = await setScene(open);
      const id = await running();
      const before = await video(id);
      await save(await claimed(id), 'running', { next: clock.in(minuteMs), video: { errorMessage: 'words' } });
      await save(await claimed(id), 'running', { next: clock.in(minuteMs), video: { acceptedAt: null } });
      expect(await video(id)).toEqual({
        ...before,
        errorMessage: 'words',
        acceptedAt: null,
        claimSeq: before.claimSeq + 2,
      });
    });

    test('writes the next attempt with the frozen request of the last', async () => {
      const { store, clock, running, claimed, save } = await setScene(open);
      const id = await running();
      await save(await claimed(id), 'queued', {
        next: null,
        event: 'failed',
        attempt: { outcome: 'failed', error: 'no capacity' },
        nextAttempt: { id: 'attempt_next', n: 2 },
        video: { notBefore: clock.in(minuteMs) },
      });
      const attempts = (await store.get(id, null))?.attempts ?? [];
      expect(attempts.map(({ n, outcome }) => [n, outcome])).toEqual([
        [1, 'failed'],
        [2, null],
      ]);
      expect(attempts[1]).toMatchObject({
        id: 'attempt_next',
        request: attempts[0]?.request,
        requestHash: attempts[0]?.requestHash,
        sentAt: null,
        operation: null,
        checks: 0,
        watch: {},
        raw: null,
      });
      expect((await claimed(id)).attempt.id).toBe('attempt_next');
    });

    test('goes on under the same claim where the step says so', async () => {
      const { store, clock, running, claimed, save, video } = await setScene(open);
      const id = await running();
      const claim = await claimed(id);
      await store.hint({ ids: [id] });
      expect(await save(claim, 'running', { next: clock.now(), keepsClaim: true })).toBe('saved');
      expect(await video(id)).toMatchObject({ claimedUntil: clock.in(leaseMs), woken: true, checkAt: clock.now() });
      expect(await claimIn(store, 'sim', 'watch', 1)).toEqual([]);
      expect(await save(claim, 'running', { next: clock.in(minuteMs) })).toBe('saved');
      expect(await video(id)).toMatchObject({ claimedUntil: null, woken: false, checkAt: clock.now() });
    });

    test('answers each move of a batch in its place', async () => {
      const { store, clock, running, claimed } = await setScene(open);
      const claims = [await claimed(await running()), await claimed(await running()), await claimed(await running())];
      const moves = claims.map((claim) => move(claim, 'running', { next: clock.in(minuteMs) }));
      const stale = moves.map((one, place) => (place === 1 ? { ...one, seq: one.seq - 1 } : one));
      expect(await store.saveMoves(stale.reverse())).toEqual(['saved', 'fenced', 'saved']);
      expect(await store.saveMoves([])).toEqual([]);
    });

    test('refuses two moves of one video in a batch', async () => {
      const { store, clock, running, claimed } = await setScene(open);
      const one = move(await claimed(await running()), 'running', { next: clock.now() });
      await expect(store.saveMoves([one, one])).rejects.toThrow('two moves of one video');
    });

    test('a row that cannot be written stops none of the other 199', async () => {
      const { store, clock, ask, admitAll, video } = await setScene(open);
      for (let n = 0; n < 200; n++) await ask();
      await admitAll();
      const claims = await claimIn(store, 'sim', 'watch', 200);
      const [first] = claims;
      if (!first) throw new Error('nothing was claimed');
      const taken = clip('asset_taken', first);
      await store.addReference({ ...taken, videoId: null }, 'ada', { name: null, purpose: null });
      const moves = claims.map((claim, place) =>
        place === 120
          ? unwritable(claim, taken, clock.in(minuteMs))
          : move(claim, 'submitting', { next: clock.in(minuteMs), event: 'submitting' }),
      );
      const results = await store.saveMoves(moves);
      expect(results.filter((result) => result === 'saved')).toHaveLength(199);
      expect(results[120]).toBe('fenced');
      const poisoned = claims[120]?.video.id ?? '';
      expect(await video(poisoned)).toMatchObject({
        state: 'queued',
        poisonedAt: clock.now(),
        checkAt: clock.in(hourMs),
        claimedUntil: null,
      });
      const written = await store.events(poisoned, null);
      expect(written.map(({ type }) => type)).toEqual(['created', 'poisoned']);
      clock.pass(hourMs);
      const again = (await claimIn(store, 'sim', 'watch', 200)).find((claim) => claim.video.id === poisoned);
      if (!again) throw new Error('the rest did not end');
      await store.saveMoves([move(again, 'submitting', { next: clock.now() })]);
      expect((await video(poisoned)).poisonedAt).toBeNull();
    });

    test('turns a return to the queue into a cancel where one was asked for meanwhile', async () => {
      const { store, clock, ask, claimed, save, video } = await setScene(open);
      const id = await ask();
      const claim = await claimed(id);
      await save(claim, 'submitting', { next: clock.now(), keepsClaim: true, attempt: { sentAt: clock.now() } });
      await store.requestCancel(id, false, { type: 'user', id: 'ada' });
      const sent = { ...claim, video: { ...claim.video, state: 'submitting' as const } };
      const unsent = { next: null, event: 'unsent' as const, attempt: { sentAt: null } };
      expect(await save(sent, 'queued', unsent)).toBe('saved');
      expect(await video(id)).toMatchObject({
        state: 'canceled',
        errorCode: 'canceled',
        completedAt: clock.now(),
        checkAt: null,
        woken: false,
      });
      const details = await store.get(id, null);
      expect(details?.attempts[0]).toMatchObject({ outcome: 'canceled', sentAt: null });
      expect((await store.events(id, null)).map(({ type, stateAfter }) => [type, stateAfter])).toEqual([
        ['created', 'queued'],
        ['cancel_requested', 'submitting'],
        ['canceled', 'canceled'],
      ]);
    });

    test('lets a retry by hand back into the queue, for it forgets the old wish', async () => {
      const { store, ask, claimed, save, clock, video } = await setScene(open);
      const id = await ask();
      const wished = { cancelRequestedAt: clock.now(), completedAt: clock.now() };
      await save(await claimed(id), 'canceled', { next: null, video: wished });
      await save(await claimed(id), 'queued', { next: null, video: { cancelRequestedAt: null } });
      expect((await video(id)).state).toBe('queued');
      expect(await store.admit([{ provider: 'sim', slots: null }], 10)).toBe(1);
    });

    test('removes what a database cannot hold', async () => {
      const { store, clock, ask, claimed, save } = await setScene(open);
      const dirty = 'a\u0000b\ud800c';
      const clean = 'ab\ufffdc';
      const id = await ask({ prompt: dirty, settings: { [dirty]: [dirty, { deep: dirty }] } });
      await save(await claimed(id), 'failed', {
        next: null,
        event: 'failed',
        data: { message: dirty },
        video: { errorMessage: dirty },
        attempt: { error: dirty, raw: { text: dirty } },
      });
      const details = await store.get(id, null);
      expect(details?.video).toMatchObject({
        prompt: clean,
        settings: { [clean]: [clean, { deep: clean }] },
        errorMessage: clean,
      });
      expect(details?.attempts[0]).toMatchObject({ error: clean, raw: { text: clean } });
      expect((await store.events(id, null)).at(-1)?.data).toEqual({ message: clean });
      expect(clock.now()).toEqual(await store.now());
    });

    test('learns from the newest 200 renders of a kind, and from no fewer than 5', async () => {
      const { store, clock, running, claimed, save } = await setScene(open);
      const id = await running();
      const learn = async (renderMs: number) =>
        save(await claimed(id), 'running', { next: clock.in(minuteMs), renderMs });
      for (let n = 0; n < 4; n++) await learn(1_000_000);
      expect(await store.quantiles('sim/test', 4, '320x180')).toBeNull();
      await learn(1_000_000);
      expect(await store.quantiles('sim/test', 4, '320x180')).toEqual({ p5: 1e6, p50: 1e6, p90: 1e6 });
      expect(await store.quantiles('sim/test', 8, '320x180')).toBeNull();
      for (let n = 1; n <= 200; n++) await learn(n);
      expect(await store.quantiles('sim/test', 4, '320x180')).toEqual({ p5: 10, p50: 101, p90: 181 });
    });
  });
}
