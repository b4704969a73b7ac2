import { describe, expect, test } from 'vitest';
import type { NewVideo } from '#engine/system.ts';
import type { TestStore } from '#store/testing.ts';
import { BudgetExceeded } from '#video/errors/budget-exceeded.ts';
import { QueueFull } from '#video/errors/queue-full.ts';
import { type MoveDetails, move } from '#video/lifecycle.ts';
import type { LedgerEntry } from '#video/spending.ts';
import { hourMs, minuteMs, type Scene, setScene, wish } from './scene.ts';

const ada = { type: 'user', id: 'ada' } as const;
const cents = 10_000;

/** The nth wish, at a price. */
const priced = (n: number, estimateMicroUsd: number | null, more: Partial<NewVideo> = {}): NewVideo => {
  const plain = wish(n, more);
  return { ...plain, attempt: { ...plain.attempt, estimateMicroUsd } };
};
/** For `ask` and `running`. */
const costs = (n: number, estimateMicroUsd: number | null) => ({ attempt: priced(n, estimateMicroUsd).attempt });

const brief = ({ kind, amountMicroUsd, source }: LedgerEntry) => [kind, amountMicroUsd, source];
const written = async ({ store }: Scene, id: string) => (await store.ledgerOf(id)).map(brief);
const spent = async ({ store }: Scene, owner = 'ada') => (await store.spending(owner)).spentMicroUsd;

async function sceneWith(open: TestStore['open'], capMicroUsd?: number) {
  const scene = await setScene(open, capMicroUsd === undefined ? {} : { dailyCapMicroUsd: capMicroUsd });
  const { claimed, save, clock } = scene;
  /** One step of a video under a claim of its own. */
  const step = async (id: string, to: Parameters<typeof save>[1], details: Partial<MoveDetails>) =>
    save(await claimed(id), to, { next: clock.in(minuteMs), ...details });
  return { ...scene, step };
}

export function spending(open: TestStore['open']): void {
  describe('money', () => {
    test('is reserved with the video, and settled with the verdict', async () => {
      const scene = await sceneWith(open);
      const id = await scene.running(costs(1, 40 * cents));
      expect(await written(scene, id)).toEqual([['reserve', 40 * cents, 'estimate']]);
      expect(await spent(scene)).toBe(40 * cents);
      await scene.step(id, 'storing', { attempt: { outcome: 'completed' }, costMicroUsd: 35 * cents });
      expect(await written(scene, id)).toEqual([
        ['reserve', 40 * cents, 'estimate'],
        ['settle', -5 * cents, 'provider'],
      ]);
      expect(await spent(scene)).toBe(35 * cents);
      const details = await scene.store.get(id, null);
      expect(details?.attempts[0]).toMatchObject({
        estimateMicroUsd: 40 * cents,
        costMicroUsd: 35 * cents,
        costSource: 'provider',
      });
    });

    test('of a move that is fenced off, or cannot be written, is not touched', async () => {
      const scene = await sceneWith(open);
      const id = await scene.running(costs(1, 40 * cents));
      const stale = await scene.claimed(id);
      await scene.store.release([{ id, seq: stale.video.claimSeq }]);
      await scene.step(id, 'running', {});
      const details = { next: null, attempt: { outcome: 'completed' as const } };
      expect(await scene.save(stale, 'storing', details)).toBe('fenced');
      expect(await written(scene, id)).toEqual([['reserve', 40 * cents, 'estimate']]);
    });

    test('comes back where the failure was free; a next attempt reserves anew', async () => {
      const scene = await sceneWith(open);
      const id = await scene.running(costs(1, 40 * cents));
      await scene.step(id, 'queued', {
        next: null,
        attempt: { outcome: 'failed' },
        nextAttempt: { id: 'attempt_2', n: 2 },
      });
      expect(
        (await scene.store.ledgerOf(id)).map((entry) => [entry.attemptId === 'attempt_2', ...brief(entry)]),
      ).toEqual([
        [false, 'reserve', 40 * cents, 'estimate'],
        [false, 'release', -40 * cents, 'estimate'],
        [true, 'reserve', 40 * cents, 'estimate'],
      ]);
      expect(await spent(scene)).toBe(40 * cents);
      expect((await scene.store.get(id, null))?.attempts[1]).toMatchObject({
        estimateMicroUsd: 40 * cents,
        costMicroUsd: null,
        costSource: null,
      });
    });

    test('comes back where a wish to cancel overtook the return to the queue', async () => {
      const scene = await sceneWith(open);
      const id = await scene.ask(costs(1, 40 * cents));
      const claim = await scene.claimed(id);
      await scene.store.requestCancel(id, false, ada);
      expect(await scene.save(claim, 'queued', { next: null })).toBe('saved');
      expect((await scene.video(id)).state).toBe('canceled');
      expect(await written(scene, id)).toEqual([
        ['reserve', 40 * cents, 'estimate'],
        ['release', -40 * cents, 'estimate'],
      ]);
      expect((await scene.store.get(id, null))?.attempts[0]).toMatchObject({ costMicroUsd: 0, costSource: 'estimate' });
    });

    test('that was given up is counted, and corrected by a late verdict, on the day of its reserve', async () => {
      const scene = await sceneWith(open);
      const id = await scene.running(costs(1, 40 * cents));
      await scene.step(id, 'failed', { video: { errorCode: 'provider_silent' } });
      expect(await spent(scene)).toBe(40 * cents);
      scene.clock.pass(24 * hourMs);
      expect(await spent(scene)).toBe(0);
      await scene.step(id, 'storing', { attempt: { outcome: 'completed' }, costMicroUsd: 90 * cents });
      expect(await scene.store.ledgerOf(id)).toMatchObject([
        { kind: 'reserve', amountMicroUsd: 40 * cents, day: '2026-01-01' },
        { kind: 'settle', amountMicroUsd: 0, day: '2026-01-01' },
        { kind: 'correct', amountMicroUsd: 50 * cents, source: 'provider', day: '2026-01-01' },
      ]);
      expect(await spent(scene)).toBe(0);
    });

    test('is written once per attempt and kind', async () => {
      const scene = await sceneWith(open);
      const id = await scene.running(costs(1, 40 * cents));
      for (let n = 0; n < 2; n++) {
        const settled = move(await scene.claimed(id), 'running', { next: scene.clock.in(minuteMs) });
        const entry = { kind: 'settle', amountMicroUsd: 7, source: 'estimate' } as const;
        expect(await scene.store.saveMoves([{ ...settled, entry }])).toEqual(['saved']);
      }
      expect(await spent(scene)).toBe(40 * cents + 7);
    });

    test('without a known price reserves nothing and fits under any cap', async () => {
      const scene = await sceneWith(open, 0);
      const id = await scene.running(costs(1, null));
      await scene.step(id, 'storing', { attempt: { outcome: 'completed' } });
      expect(await written(scene, id)).toEqual([
        ['reserve', 0, null],
        ['settle', 0, null],
      ]);
    });
  });

  describe('the daily cap', () => {
    test('lets nothing half be written', async () => {
      const scene = await sceneWith(open, 100 * cents);
      const { store } = scene;
      await store.create([priced(1, 40 * cents), priced(2, 40 * cents)], 10);
      const error = await store.create([priced(3, 10 * cents), priced(4, 11 * cents)], 10).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(BudgetExceeded);
      expect(error.excess).toEqual({
        capMicroUsd: 100 * cents,
        spentMicroUsd: 80 * cents,
        wantedMicroUsd: 21 * cents,
        resetsAt: new Date('2026-01-02T00:00:00Z'),
      });
      expect(await store.count('ada')).toEqual({ queued: 2 });
      expect(await spent(scene)).toBe(80 * cents);
      await store.create([priced(5, 20 * cents), priced(6, 0), priced(7, null)], 10);
      await store.create([priced(8, 100 * cents, { ownerId: 'bob' })], 10);
      scene.clock.pass(24 * hourMs);
      await store.create([priced(9, 100 * cents)], 10);
    });

    test('holds for a hundred at once', async () => {
      const { store } = await setScene(open, { dailyCapMicroUsd: 7 * cents });
      const creates = Array.from({ length: 100 }, (_, n) => store.create([priced(n, cents)], 1_000));
      const results = await Promise.allSettled(creates);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(7);
      expect(await store.count('ada')).toEqual({ queued: 7 });
      expect((await store.spending('ada')).spentMicroUsd).toBe(7 * cents);
    });

    test('is an own one, else what an admin set for all, else the configured', async () => {
      const { store } = await sceneWith(open, 10 * cents);
      const caps = async () => {
        const { capMicroUsd, own, defaultCapMicroUsd } = await store.spending('ada');
        return [capMicroUsd, own, defaultCapMicroUsd];
      };
      expect(await caps()).toEqual([10 * cents, false, 10 * cents]);
      await store.setCap(null, 20 * cents, ada);
      expect(await caps()).toEqual([20 * cents, false, 20 * cents]);
      await store.setCap('ada', null, ada);
      expect(await caps()).toEqual([null, true, 20 * cents]);
      await store.setCap('bob', 5 * cents, ada);
      expect(await store.ownCaps()).toEqual([
        { ownerId: 'ada', capMicroUsd: null },
        { ownerId: 'bob', capMicroUsd: 5 * cents },
      ]);
      await store.setCap('ada', 'default', ada);
      await store.setCap(null, null, ada);
      expect(await caps()).toEqual([null, false, null]);
      expect((await store.audit({ type: 'cap_changed', limit: 10 })).map(({ data }) => data)).toEqual([
        { owner: null, cap_usd: null },
        { owner: 'ada', cap_usd: 'default' },
        { owner: 'bob', cap_usd: 0.05 },
        { owner: 'ada', cap_usd: null },
        { owner: null, cap_usd: 0.2 },
      ]);
    });

    test('binds a retry by hand; a refused one changes nothing', async () => {
      const scene = await sceneWith(open, 100 * cents);
      const { store } = scene;
      const id = await scene.running(costs(1, 60 * cents));
      await scene.step(id, 'failed', {
        next: null,
        attempt: { outcome: 'failed' },
        video: { errorCode: 'provider_error' },
      });
      const claim = await scene.claimed(id);
      const retry = move(claim, 'queued', { next: null, nextAttempt: { id: 'attempt_2', n: 2 } });
      await expect(store.saveReserving(retry, null, 10)).rejects.toThrow(BudgetExceeded);
      expect((await store.get(id, null))?.attempts).toHaveLength(1);
      expect((await scene.video(id)).state).toBe('failed');
      await store.setCap('ada', 120 * cents, ada);
      expect(await store.saveReserving(retry, null, 10)).toBe('saved');
      expect(await spent(scene)).toBe(120 * cents);
    });

    test('has room for a dearer attempt as far as the one before gives back, on the day of its reserve', async () => {
      const scene = await sceneWith(open, 100 * cents);
      const { store } = scene;
      const { ids } = await store.create([priced(1, 60 * cents)], 10);
      const [id = ''] = ids;
      const elsewhere = async (estimateMicroUsd: number) =>
        move(await scene.claimed(id), 'queued', {
          next: null,
          attempt: { outcome: 'rejected' },
          nextAttempt: { id: 'attempt_2', n: 2, estimateMicroUsd },
        });
      const tooDear = await elsewhere(101 * cents);
      await expect(store.saveReserving(tooDear, null, 10)).rejects.toThrow(BudgetExceeded);
      expect((await store.get(id, null))?.attempts).toHaveLength(1);
      expect(await spent(scene)).toBe(60 * cents);
      await store.create([priced(2, 30 * cents)], 10);
      const dearer = { ...tooDear, nextAttempt: { id: 'attempt_2', n: 2, estimateMicroUsd: 71 * cents } };
      await expect(store.saveReserving(dearer, null, 10)).rejects.toThrow(BudgetExceeded);
      dearer.nextAttempt.estimateMicroUsd = 70 * cents;
      expect(await store.saveReserving(dearer, null, 10)).toBe('saved');
      expect(await spent(scene)).toBe(100 * cents);
      scene.clock.pass(24 * hourMs);
      await store.setCap('ada', 69 * cents, ada);
      const claim = await scene.claimed(id);
      const nextDay = move(claim, 'queued', {
        next: null,
        attempt: { outcome: 'rejected' },
        nextAttempt: { id: 'attempt_3', n: 3 },
      });
      await expect(store.saveReserving(nextDay, null, 10)).rejects.toThrow(BudgetExceeded);
    });

    test('binds a new take together with the move that gives up the old one', async () => {
      const scene = await sceneWith(open, 100 * cents);
      const { store } = scene;
      const id = await scene.running(costs(1, 60 * cents));
      const claim = await scene.claimed(id);
      const stop = move(claim, 'failed', { next: null, video: { errorCode: 'submission_unknown' } });
      await expect(store.saveReserving(stop, priced(2, 60 * cents), 10)).rejects.toThrow(BudgetExceeded);
      await expect(store.saveReserving(stop, priced(2, 10 * cents), 0)).rejects.toThrow(QueueFull);
      expect((await scene.video(id)).state).toBe('running');
      expect(await store.saveReserving({ ...stop, seq: stop.seq - 1 }, priced(2, 10 * cents), 10)).toBe('fenced');
      expect(await store.count('ada')).toEqual({ running: 1 });
      expect(await store.saveReserving(stop, priced(2, 10 * cents), 10)).toBe('saved');
      expect(await store.count('ada')).toEqual({ failed: 1, queued: 1 });
      expect(await spent(scene)).toBe(70 * cents);
    });
  });

  test('what was spent is told by day and model', async () => {
    const scene = await sceneWith(open);
    const { store, clock } = scene;
    const first = await scene.running(costs(1, 40 * cents));
    await scene.step(first, 'storing', { attempt: { outcome: 'completed' }, costMicroUsd: 30 * cents });
    const second = await scene.running(costs(2, 40 * cents));
    await scene.step(second, 'failed', {
      next: null,
      attempt: { outcome: 'failed' },
      video: { errorCode: 'provider_error' },
    });
    await scene.ask(costs(3, 25 * cents));
    await scene.ask(costs(4, null));
    await scene.ask({ ...costs(5, 10 * cents), ownerId: 'bob' });
    clock.pass(24 * hourMs);
    await scene.ask({ ...costs(6, 15 * cents), resolvedModel: 'sim/other' });
    const firstDay = {
      day: '2026-01-01',
      model: 'sim/test',
      submissions: 4,
      unpriced: 1,
      estimateMicroUsd: 80 * cents,
      actualMicroUsd: 70 * cents,
      byEstimateMicroUsd: 40 * cents,
      reservedMicroUsd: 25 * cents,
    };
    const nothing = { unpriced: 0, estimateMicroUsd: 0, actualMicroUsd: 0, byEstimateMicroUsd: 0 };
    const secondDay = {
      ...nothing,
      day: '2026-01-02',
      model: 'sim/other',
      submissions: 1,
      reservedMicroUsd: 15 * cents,
    };
    expect(await store.spendBetween('ada', '2026-01-01', '2026-01-02')).toEqual([firstDay, secondDay]);
    expect(await store.spendBetween('ada', '2026-01-02', '2026-01-02')).toEqual([secondDay]);
    expect(await store.spendBetween(null, '2026-01-01', '2026-01-01')).toEqual([
      { ...firstDay, submissions: 5, reservedMicroUsd: 35 * cents },
    ]);
  });
}
