import { describe, expect, test } from 'vitest';
import type { NewVideo } from '#engine/system.ts';
import type { TestStore } from '#store/testing.ts';
import { QueueFull } from '#video/errors/queue-full.ts';
import { claimIn, leaseMs, minuteMs, type Scene, setScene, wish } from './scene.ts';

/** A video whose create was sent `agoMs` before now, in the state given. */
async function sent(scene: Scene, state: 'submitting' | 'unknown', attempt: Partial<NewVideo['attempt']> = {}) {
  const { clock, ask, claimed, save } = scene;
  clock.pass(1_000);
  const id = await ask();
  const claim = await claimed(id);
  await save(claim, 'submitting', {
    next: clock.now(),
    keepsClaim: true,
    attempt: { sentAt: clock.now(), ...attempt },
  });
  if (state === 'unknown') {
    const submitting = { ...claim, video: { ...claim.video, state: 'submitting' as const } };
    await save(submitting, 'unknown', { next: clock.in(minuteMs) });
  }
  return { id, attemptId: claim.attempt.id, sentAt: clock.now() };
}

export function submitting(open: TestStore['open']): void {
  describe('creating', () => {
    test('writes videos, first attempts and first events', async () => {
      const { store, clock } = await setScene(open);
      const asked = wish(1, { inputs: ['asset_1'], seed: 4_294_967_296, seconds: 2.5, data: { via: 'api' } });
      await store.create([asked, wish(2)], 10);
      const details = await store.get(asked.id, 'ada');
      const { attempt, actor: _actor, data: _data, ...kept } = asked;
      expect(details?.video).toMatchObject({
        ...kept,
        state: 'queued',
        createdAt: clock.now(),
        progress: 0,
        claimSeq: 0,
      });
      expect(details?.attempts).toEqual([
        expect.objectContaining({ ...attempt, videoId: asked.id, n: 1, provider: 'sim', sentAt: null, watch: {} }),
      ]);
      expect(await store.events(asked.id, 'ada')).toEqual([
        expect.objectContaining({
          type: 'created',
          stateBefore: null,
          stateAfter: 'queued',
          actor: { type: 'user', id: 'ada' },
          data: { via: 'api' },
        }),
      ]);
    });

    test('stops at the cap of what an owner may have waiting, with nothing half done', async () => {
      const { store, running } = await setScene(open);
      await running();
      await store.create([wish(11), wish(12)], 3);
      await expect(store.create([wish(13), wish(14)], 3)).rejects.toThrow(QueueFull);
      expect(await store.count('ada')).toEqual({ running: 1, queued: 2 });
      await store.create([wish(15, { ownerId: 'bob' }), wish(16)], 3);
      expect(await store.count(null)).toEqual({ running: 1, queued: 4 });
    });

    test('an owner may have a cap of their own, higher or lower', async () => {
      const { store } = await setScene(open);
      await store.setOwnerLimits('ada', { maxQueued: 1 }, { type: 'user', id: 'root' });
      await store.setOwnerLimits('bob', { maxQueued: 4 }, { type: 'user', id: 'root' });
      await expect(store.create([wish(11), wish(12)], 3)).rejects.toThrow('at most 1 videos');
      await store.create(
        [1, 2, 3, 4].map((n) => wish(20 + n, { ownerId: 'bob' })),
        3,
      );
      await store.setOwnerLimits('ada', { maxQueued: null }, { type: 'user', id: 'root' });
      await store.create([wish(11), wish(12)], 3);
      expect(await store.count(null)).toEqual({ queued: 6 });
    });

    test('at once from many sides stays below the cap', async () => {
      const { store } = await setScene(open);
      const results = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => store.create([wish(n)], 3)));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
      expect(await store.count('ada')).toEqual({ queued: 3 });
    });
  });

  describe('an accepted operation', () => {
    test('is written at once, without a fence', async () => {
      const scene = await setScene(open);
      const { attemptId, id } = await sent(scene, 'submitting');
      scene.clock.pass(leaseMs);
      await claimIn(scene.store, 'sim', 'watch', 10);
      expect(await scene.store.saveOperation(attemptId, { id: 'job' }, 'job')).toBe('saved');
      expect((await scene.store.get(id, null))?.attempts[0]).toMatchObject({
        operation: { id: 'job' },
        upstreamId: 'job',
      });
    });

    test('never replaces another', async () => {
      const scene = await setScene(open);
      const { attemptId, id } = await sent(scene, 'submitting');
      await scene.store.saveOperation(attemptId, { id: 'job' }, 'job');
      expect(await scene.store.saveOperation(attemptId, { id: 'other' }, 'other')).toBe('kept');
      expect((await scene.store.get(id, null))?.attempts[0]?.upstreamId).toBe('job');
      expect(await scene.store.saveOperation('attempt_none', { id: 'job-2' }, 'job-2')).toBe('kept');
    });

    test('belongs to one attempt', async () => {
      const scene = await setScene(open);
      const first = await sent(scene, 'unknown');
      const second = await sent(scene, 'unknown');
      expect(await scene.store.saveOperation(first.attemptId, { id: 'job' }, 'job')).toBe('saved');
      expect(await scene.store.saveOperation(second.attemptId, { id: 'job' }, 'job')).toBe('taken');
      expect(await scene.store.knownUpstreamIds('sim', ['job', 'free'])).toEqual(new Set(['job']));
      expect(await scene.store.knownUpstreamIds('other', ['job', 'free'])).toEqual(new Set());
    });
  });

  describe('lost creates', () => {
    test('are told oldest first, apart from those on the wire', async () => {
      const scene = await setScene(open);
      const first = await sent(scene, 'unknown');
      const second = await sent(scene, 'unknown');
      await sent(scene, 'submitting');
      await sent(scene, 'unknown', { outcome: 'abandoned' } as Partial<NewVideo['attempt']>);
      const known = await sent(scene, 'unknown');
      await scene.store.saveOperation(known.attemptId, { id: 'job' }, 'job');
      await scene.ask();
      expect(await scene.store.lostAttempts('sim', 'hash')).toEqual({
        lost: [
          { id: first.attemptId, sentAt: first.sentAt },
          { id: second.attemptId, sentAt: second.sentAt },
        ],
        submitting: 1,
      });
      expect(await scene.store.lostAttempts('sim', 'other')).toEqual({ lost: [], submitting: 0 });
      expect(await scene.store.lostAttempts('other', 'hash')).toEqual({ lost: [], submitting: 0 });
    });

    test('of any request are told together', async () => {
      const scene = await setScene(open);
      const first = await sent(scene, 'unknown');
      await scene.ask({ attempt: { ...wish(9).attempt, requestHash: 'other' } });
      expect(await scene.store.lostAttempts('sim', null)).toEqual({
        lost: [{ id: first.attemptId, sentAt: first.sentAt }],
        submitting: 0,
      });
    });
  });

  test('a 404 counts only where another job got a real answer since', async () => {
    const { store, clock, running, looked, save } = await setScene(open);
    const missing = await running();
    const begunAt = clock.now();
    const other = await running();
    const counts = (except = missing, since = begunAt) => store.hasOtherAnswers('sim', except, since);
    expect(await counts()).toBe(false);
    const look = async (watch: object) =>
      save(await looked(other), 'running', { next: clock.in(minuteMs), attempt: { checks: 1, watch } });
    await look({ missing: { since: 'x', count: 1 } });
    expect(await counts()).toBe(false);
    await look({ trouble: { kind: 'auth', since: 'x', count: 1 } });
    expect(await counts()).toBe(false);
    await look({ downloads: { count: 1, reason: 'x' } });
    expect(await counts()).toBe(false);
    await look({});
    expect(await counts()).toBe(true);
    expect(await counts(other)).toBe(false);
    expect(await counts(missing, clock.in(1))).toBe(false);
    clock.pass(minuteMs);
    // Being asked at this moment: nobody knows the answer.
    await looked(other);
    expect(await counts(missing, clock.now())).toBe(false);
  });
}
