import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer } from './answer.ts';
import { type FailureCode, failureCodes, failureOf } from './failure.ts';
import { applied, canMove, edges, move } from './lifecycle.ts';
import { afterAnswer } from './observation.ts';
import { about, at, claimedIn, t0 } from './testing.ts';
import { type Claimed, isTerminal, states } from './video.ts';

describe('the states', () => {
  it('lets every state be reached, and every live state be left', () => {
    const reachable = new Set(Object.values(edges).flat());
    for (const state of states) {
      if (state !== 'queued') expect(reachable, state).toContain(state);
      if (!isTerminal(state)) expect(edges[state].length, state).toBeGreaterThan(0);
    }
  });

  it('never leaves completed', () => {
    for (const state of states) expect(canMove('completed', state)).toBe(state === 'completed');
  });

  it('refuses a move that is not in the table', () => {
    expect(() => move(claimedIn('queued'), 'completed', { next: null })).toThrow('no move from queued to completed');
  });
});

const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({
    kind: fc.constant('running' as const),
    queued: fc.boolean(),
    progress: fc.option(fc.integer({ min: -5, max: 3_000 })),
    raw: fc.constant(null),
  }),
  fc.record({
    kind: fc.constant('completed' as const),
    renderMs: fc.option(fc.integer({ min: 0, max: 1e6 })),
    raw: fc.constant(null),
  }),
  fc.record({
    kind: fc.constant('failed' as const),
    code: fc.constantFrom<FailureCode>('moderation', 'provider_error', 'capacity', 'unclassified'),
    message: fc.string(),
    raw: fc.constant(null),
  }),
  fc.record({ kind: fc.constant('canceled' as const), raw: fc.constant(null) }),
  fc.record({ kind: fc.constant('missing' as const), raw: fc.constant(null) }),
  fc.record({
    kind: fc.constant('no_answer' as const),
    why: fc.constantFrom('transient' as const, 'rate_limited' as const, 'auth' as const, 'protocol' as const),
    message: fc.string(),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 7_200_000 })),
  }),
);

describe('a sequence of answers', () => {
  const looks = fc.array(
    fc.record({
      answer,
      afterMs: fc.integer({ min: 1, max: 400_000 }),
      random: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    {
      maxLength: 40,
    },
  );

  it('never lets progress fall, never reaches 100 before the file is stored, and always names a next look', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('running' as const, 'overdue' as const, 'canceling' as const),
        looks,
        (state, sequence) => {
          let row: Claimed = claimedIn(state);
          let now = t0.getTime();
          for (const look of sequence) {
            now += look.afterMs;
            const step = afterAnswer(row, look.answer, about(new Date(now), { random: look.random }));
            const after = applied(row, step);
            if (after.video.state !== 'queued') expect(after.video.progress).toBeGreaterThanOrEqual(row.video.progress);
            expect(after.video.progress).toBeLessThanOrEqual(99);
            const over = isTerminal(after.video.state) || after.video.state === 'queued';
            // One that nobody knows at its provider is over for its owner, and watched on.
            if (over && step.attempt.outcome !== null) expect(step.next).toBeNull();
            else expect(step.next?.getTime()).toBeGreaterThanOrEqual(now);
            if (over || after.video.state === 'storing') return;
            row = after;
          }
        },
      ),
    );
  });

  it('gives no verdict by a clock: only a parsed verdict, three spread 404s or the end of our looking fail a video', () => {
    fc.assert(
      fc.property(looks, (sequence) => {
        let row: Claimed = claimedIn('running');
        let now = t0.getTime();
        for (const look of sequence) {
          now += look.afterMs;
          const step = afterAnswer(row, look.answer, about(new Date(now), { random: look.random }));
          if (step.to === 'failed') {
            const ended = row.attempt.watchUntil !== null && now >= row.attempt.watchUntil.getTime();
            const spread = (row.attempt.watch.missing?.count ?? 0) >= 2;
            expect(look.answer.kind === 'failed' || ended || (look.answer.kind === 'missing' && spread)).toBe(true);
          }
          if (step.to !== 'running' && step.to !== 'overdue') return;
          row = applied(row, step);
        }
      }),
    );
  });

  it('keeps Retry-After in full', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7_200_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (retryAfterMs, random) => {
          const limited: Answer = { kind: 'no_answer', why: 'rate_limited', message: 'slow down', retryAfterMs };
          const step = afterAnswer(claimedIn('running'), limited, about(at(5), { random }));
          expect(step.next?.getTime()).toBeGreaterThanOrEqual(at(5).getTime() + retryAfterMs);
          expect(step.video.notBefore).toEqual(step.next);
        },
      ),
    );
  });
});

describe('progress', () => {
  const running = (progress: number | null, queued = false): Answer => ({
    kind: 'running',
    queued,
    progress,
    raw: null,
  });
  const seen = (answer: Answer, video = {}) => {
    const { progress, progressSource } = afterAnswer(claimedIn('running', video), answer, about(at(60))).video;
    return { progress, progressSource };
  };

  it("is the provider's percent", () => {
    expect(seen(running(33))).toEqual({ progress: 33, progressSource: 'provider' });
    expect(seen(running(100))).toEqual({ progress: 99, progressSource: 'provider' });
    expect(seen(running(33), { progress: 40, progressSource: 'estimate' })).toEqual({
      progress: 40,
      progressSource: 'provider',
    });
  });

  it('is estimated from typical times where the provider tells none, and never once it told one', () => {
    expect(seen(running(null))).toEqual({ progress: 50, progressSource: 'estimate' });
    expect(seen(running(0))).toEqual({ progress: 50, progressSource: 'estimate' });
    expect(seen(running(null), { progress: 12, progressSource: 'provider' })).toEqual({
      progress: 12,
      progressSource: 'provider',
    });
  });

  it('is nothing while the job waits at the provider', () => {
    expect(seen(running(null, true))).toEqual({ progress: 0, progressSource: null });
  });
});

describe('waiting at the provider', () => {
  const told = (queued: boolean): Answer => ({ kind: 'running', queued, progress: 0, raw: null });

  it('is told apart from rendering, and neither counted nor learned as such', () => {
    let row = claimedIn('running', { renderingAt: null });
    row = applied(row, afterAnswer(row, told(true), about(at(50))));
    expect(row.video).toMatchObject({ upstreamQueued: true, renderingAt: null });
    row = applied(row, afterAnswer(row, told(false), about(at(100))));
    expect(row.video).toMatchObject({ upstreamQueued: false, renderingAt: at(100) });
    row = { ...row, at: at(160), video: { ...row.video, checkedAt: at(155) } };
    expect(afterAnswer(row, { kind: 'completed', renderMs: 160_000, raw: null }, about(at(160))).renderMs).toBe(60_000);
  });

  it('never seen means that rendering began with the acceptance', () => {
    const row = claimedIn('running', { renderingAt: null });
    expect(applied(row, afterAnswer(row, told(false), about(at(50)))).video.renderingAt).toEqual(at(0));
  });
});

describe('the typical time', () => {
  const done = (renderMs: number | null): Answer => ({ kind: 'completed', renderMs, raw: null });
  const learned = (lookedBefore: number, renderMs: number | null = null) => {
    const row = claimedIn('running', { checkedAt: at(lookedBefore) });
    return afterAnswer({ ...row, at: at(100) }, done(renderMs), about(at(100))).renderMs;
  };

  it("is learned from the provider's own times, or from a look that came soon after the one before", () => {
    expect(learned(90)).toBe(100_000);
    expect(learned(10, 42_000)).toBe(42_000);
  });

  it('is not learned from a late look', () => {
    expect(learned(10)).toBeNull();
  });

  it('is learned from overdue clips too, or the slow ones would never count', () => {
    const late = (lookedBefore: number, renderMs: number | null) =>
      afterAnswer(
        { ...claimedIn('overdue', { checkedAt: at(lookedBefore) }), at: at(1_200) },
        done(renderMs),
        about(at(1_200)),
      ).renderMs;
    expect(late(0, 1_000_000)).toBe(1_000_000);
    expect(late(1_140, null)).toBe(1_200_000);
    expect(late(900, null)).toBeNull();
  });
});

describe('the deadline', () => {
  it('makes a running take overdue, and nothing worse', () => {
    const running: Answer = { kind: 'running', queued: false, progress: 40, raw: null };
    const step = afterAnswer(claimedIn('running'), running, about(at(901)));
    expect(step).toMatchObject({ to: 'overdue', event: { type: 'overdue' } });
    expect(step.next).not.toBeNull();
  });

  it('lets a late success complete', () => {
    const done: Answer = { kind: 'completed', renderMs: null, raw: null };
    for (const state of ['overdue', 'failed'] as const) {
      const row = claimedIn(state, {}, { operation: { id: 'up_1' }, outcome: null });
      expect(afterAnswer(row, done, about(at(5_000)))).toMatchObject({ to: 'storing', event: { type: 'rendered' } });
    }
  });

  it('ends our looking at watch_until and says that it may have been billed', () => {
    const silent: Answer = { kind: 'no_answer', why: 'transient', message: 'timeout', retryAfterMs: null };
    const step = afterAnswer(claimedIn('overdue'), silent, about(at(86_401)));
    expect(step).toMatchObject({
      to: 'failed',
      video: { errorCode: 'provider_silent' },
      attempt: { outcome: 'abandoned' },
    });
    expect(failureOf('provider_silent').billed).toBe('maybe');
  });
});

describe('a job that the provider does not know', () => {
  const missing: Answer = { kind: 'missing', raw: null };

  it('fails only after three 404s over two minutes', () => {
    let row = claimedIn('running');
    let now = at(0);
    for (const expected of ['running', 'running', 'failed'] as const) {
      const step = afterAnswer(row, missing, about(now));
      expect(step.to).toBe(expected);
      row = applied(row, step);
      now = step.next ?? now;
    }
    expect(row.video.errorCode).toBe('job_not_found');
    expect(row.attempt.outcome).toBeNull();
  });

  it('is watched on all the same: a late clip is kept', () => {
    let row = claimedIn('running');
    for (const seconds of [0, 70, 140]) row = applied(row, afterAnswer(row, missing, about(at(seconds))));
    expect(row.video).toMatchObject({ state: 'failed', checkAt: expect.any(Date) });
    const still = afterAnswer(row, missing, about(at(500)));
    expect(still).toMatchObject({ to: 'failed', event: null, next: expect.any(Date) });
    const found = afterAnswer(applied(row, still), { kind: 'completed', renderMs: null, raw: null }, about(at(900)));
    expect(found.to).toBe('storing');
  });

  it('does not fail while every job of the provider answers 404', () => {
    let row = claimedIn('running');
    for (let i = 0; i < 10; i++) {
      row = applied(row, afterAnswer(row, missing, about(at(i * 70), { missingCounts: false })));
    }
    expect(row.video.state).toBe('running');
  });

  it('starts counting anew after an answer', () => {
    const twice = { missing: { since: t0.toISOString(), count: 2 } };
    const row = claimedIn('running', {}, { watch: twice });
    const found = applied(
      row,
      afterAnswer(row, { kind: 'running', queued: false, progress: 5, raw: null }, about(at(100))),
    );
    expect(found.attempt.watch.missing).toBeUndefined();
  });
});

describe('an automatic retry', () => {
  const full: Answer = { kind: 'failed', code: 'capacity', message: 'no capacity', raw: null };

  it('writes the next attempt without passing through failed, and only where nothing was billed', () => {
    const step = afterAnswer(claimedIn('running'), full, about(at(5)));
    expect(step).toMatchObject({
      to: 'queued',
      nextAttempt: { id: 'attempt_2', n: 2 },
      attempt: { outcome: 'failed' },
    });
    expect(step.video.notBefore?.getTime()).toBeGreaterThan(at(5).getTime());
    for (const code of failureCodes) if (failureOf(code).retriesItself) expect(failureOf(code).billed).toBe('no');
  });

  it('ends after three attempts, and is not made after a cancel', () => {
    expect(afterAnswer(claimedIn('running', {}, { n: 3 }), full, about(at(5))).to).toBe('failed');
    expect(afterAnswer(claimedIn('canceling', { cancelRequestedAt: t0 }), full, about(at(5))).to).toBe('failed');
  });
});
