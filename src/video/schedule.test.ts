import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, type Look, nextLook } from './schedule.ts';
import { at, claimedIn } from './testing.ts';
import type { State, Video, Watch } from './video.ts';

const typical = { p5: 34_000, p50: 90_000, p90: 200_000 };

type Circumstances = Partial<Omit<Look, 'video'>> & {
  state?: State;
  row?: Partial<Video>;
  watch?: Watch;
  watched?: boolean;
};

function look(seconds: number, { state, row: video, watch, watched, ...more }: Circumstances = {}): number {
  const row = claimedIn(
    state ?? 'running',
    { watchedUntil: watched ? at(10_000) : null, ...video },
    { watch: watch ?? {} },
  );
  const now = at(seconds);
  return (
    (nextLook({ ...row, now, typical, webhook: false, fixedMs: null, random: 0.5, ...more }).getTime() -
      now.getTime()) /
    1_000
  );
}

describe('when to look next', () => {
  it('is silent until the learned p5, then constant: 5 s with a watcher, 15 s without', () => {
    expect(look(0)).toBe(34);
    expect(look(20)).toBe(15);
    expect(look(100)).toBe(15);
    expect(look(100, { watched: true })).toBe(5);
  });

  it('never backs off with age', () => {
    for (const seconds of [60, 120, 300, 600, 880]) expect(look(seconds)).toBe(15);
  });

  it('follows progress that moves: half of what is left, at least 2 s', () => {
    const watch = { progress: { percent: 50, movedAt: at(60).toISOString() } };
    expect(look(60, { watch })).toBe(30);
    expect(look(60, { watch, watched: true })).toBe(5);
    expect(look(60, { watch: { progress: { percent: 98, movedAt: at(60).toISOString() } } })).toBe(2);
  });

  it('never looks away for longer than the percent took to come: a first percent says little', () => {
    expect(look(17, { watch: { progress: { percent: 1, movedAt: at(17).toISOString() } } })).toBe(17);
    expect(look(40, { watch: { progress: { percent: 10, movedAt: at(40).toISOString() } } })).toBe(40);
  });

  it('no longer trusts progress that stands still', () => {
    const stuck = { progress: { percent: 50, movedAt: at(60).toISOString() } };
    expect(look(200, { watch: stuck })).toBe(15);
  });

  it('counts from the moment that rendering began, where the job waited at the provider', () => {
    const row = { acceptedAt: at(0), renderingAt: at(100) };
    expect(look(100, { row })).toBe(34);
    expect(look(160, { row, watch: { progress: { percent: 50, movedAt: at(160).toISOString() } } })).toBe(30);
  });

  it('is close for as long as somebody watches, and no longer', () => {
    expect(look(100, { row: { watchedUntil: at(101) } })).toBe(5);
    expect(look(100, { row: { watchedUntil: at(100) } })).toBe(15);
    expect(look(100, { row: { watchedUntil: at(99) } })).toBe(15);
    expect(look(0, { watched: true, typical: { ...typical, p5: 5_000 } })).toBe(2);
  });

  it('does not take for progress what never moved', () => {
    expect(look(60, { watch: { progress: { percent: 0, movedAt: at(60).toISOString() } } })).toBe(15);
    expect(look(0, { watch: { progress: { percent: 50, movedAt: at(0).toISOString() } } })).toBe(34);
  });

  it('trusts an early percent for fifteen seconds', () => {
    const early = { progress: { percent: 50, movedAt: at(5).toISOString() } };
    expect(look(20, { watch: early })).toBe(3.75);
    expect(look(21, { watch: early })).toBe(15);
  });

  it('looks at the deadline itself, where that is still to come and ends something', () => {
    expect(look(895, {})).toBe(5);
    expect(look(899, {})).toBe(1);
    expect(look(900)).toBe(15);
    expect(look(901)).toBe(15);
    expect(look(899, { state: 'canceling' })).toBe(5);
    expect(look(899, { row: { deadlineAt: null } })).toBe(15);
  });

  it('asks ever less about a percent that stands', () => {
    const at99 = { progress: { percent: 99, movedAt: at(100).toISOString() } };
    expect([102, 120, 160, 190].map((seconds) => look(seconds, { watch: at99 }))).toEqual([2, 5, 15, 22.5]);
  });

  it('looks a few times early when somebody watches', () => {
    expect(look(0, { watched: true })).toBeCloseTo(6.8);
    expect(look(30, { watched: true })).toBeCloseTo(6.8);
    expect(look(34, { watched: true })).toBe(5);
  });

  it('is one safety look a minute with a webhook, and sparse when overdue or waiting for a person', () => {
    expect(look(100, { webhook: true })).toBe(60);
    expect(look(1_000, { state: 'overdue' })).toBe(60);
    expect(look(1_000, { state: 'overdue', webhook: true })).toBe(300);
    for (const state of ['needs_decision', 'failed', 'canceled'] as const) expect(look(1_000, { state })).toBe(300);
  });

  it('is at once for a create that was never searched', () => {
    expect(look(0, { state: 'unknown' })).toBe(0.001);
  });

  it('can be fixed, for comparison', () => {
    expect(look(0, { fixedMs: 5_000 })).toBe(5);
  });

  it('always lies ahead, within 0.9–1.1 of its interval', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 800 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 99 }),
        fc.boolean(),
        (seconds, random, percent, watched) => {
          const watch = { progress: { percent, movedAt: at(seconds / 2).toISOString() } };
          const exact = look(seconds, { watch, watched });
          const jittered = look(seconds, { watch, watched, random });
          expect(jittered).toBeGreaterThan(0);
          if (seconds + exact * 1.1 < 900) {
            expect(jittered).toBeGreaterThanOrEqual(exact * 0.9 - 0.002);
            expect(jittered).toBeLessThanOrEqual(exact * 1.1 + 0.002);
          }
        },
      ),
    );
  });
});

describe('backoff after errors', () => {
  it('doubles to a minute, and never undercuts Retry-After', () => {
    expect([1, 2, 3, 6, 50].map((n) => backoffMs(n, 0.5) / 1_000)).toEqual([2, 4, 8, 60, 60]);
    expect(backoffMs(1, 0, 7_200_000)).toBe(7_200_000);
    expect([0, 1].map((random) => Math.round(backoffMs(1, random)))).toEqual([1_600, 2_400]);
  });
});
