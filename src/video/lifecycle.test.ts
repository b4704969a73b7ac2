import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer } from './answer.ts';
import type { FailureCode } from './failure.ts';
import { applied, canMove, edges, fail, isOpen, move } from './lifecycle.ts';
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

  it('know these moves, and no others', () => {
    const lines = states.map((state) => [state, ...edges[state]].join(' '));
    expect(lines).toEqual([
      'queued submitting canceled failed running',
      'submitting running queued failed unknown canceled',
      'unknown running needs_decision queued failed',
      'needs_decision running unknown failed',
      'running overdue storing canceling failed canceled queued unknown',
      'overdue running storing canceling failed canceled queued unknown',
      'storing completed failed running',
      'canceling storing canceled failed running',
      'completed',
      'failed queued running unknown storing canceled',
      'canceled queued storing',
    ]);
  });
});

describe('a move', () => {
  it('says nothing that it was not told', () => {
    expect(move(claimedIn('running'), 'running', { next: t0 })).toEqual({
      videoId: 'video_1',
      attemptId: 'attempt_1',
      seq: 1,
      from: 'running',
      to: 'running',
      video: {},
      attempt: {},
      nextAttempt: null,
      entry: null,
      assets: [],
      event: null,
      next: t0,
      keepsClaim: false,
      renderMs: null,
    });
    const told = move(claimedIn('running'), 'running', { next: t0, event: 'progress' });
    expect(told.event).toEqual({ type: 'progress', actor: { type: 'system' }, data: {} });
  });

  it('costs nothing where it says that nothing was sent after all', () => {
    const end = (sentAt?: null) =>
      move(claimedIn('submitting'), 'canceled', {
        next: null,
        attempt: { outcome: 'canceled', ...(sentAt === null && { sentAt }) },
      }).entry?.kind;
    expect([end(), end(null)]).toEqual(['settle', 'release']);
  });

  it('keeps progress between what was shown and what is true', () => {
    const shown = (from: number, progress: number, to: 'storing' | 'completed' = 'storing') =>
      move(claimedIn(to === 'completed' ? 'storing' : 'running', { progress: from }), to, {
        next: null,
        video: { progress },
      }).video.progress;
    expect([shown(0, 33.9), shown(40, 33), shown(0, -5), shown(0, 100), shown(0, 100, 'completed')]).toEqual([
      33, 40, 0, 99, 100,
    ]);
  });

  it('back into the line begins anew, unless nothing had begun', () => {
    const anew = { progress: 0, progressSource: null, acceptedAt: null, renderingAt: null, deadlineAt: null };
    expect(move(claimedIn('running'), 'queued', { next: null }).video).toEqual(anew);
    expect(move(claimedIn('submitting'), 'queued', { next: null }).video).toEqual({});
  });

  it('out of an end takes the verdict away, and into one keeps it', () => {
    expect(move(claimedIn('failed'), 'running', { next: t0 }).video).toEqual({ errorCode: null, errorMessage: null });
    expect(move(claimedIn('failed'), 'canceled', { next: null }).video).toEqual({});
    expect(move(claimedIn('running'), 'overdue', { next: t0 }).video).toEqual({});
  });

  it('into failed says why, and leaves room for more', () => {
    const step = fail(claimedIn('running'), 'provider_error', 'no', {
      at: at(9),
      data: { looks: 3 },
      attempt: { raw: 'x' },
      video: { progress: 7 },
    });
    expect(step).toMatchObject({
      to: 'failed',
      next: null,
      event: { type: 'failed', data: { code: 'provider_error', message: 'no', looks: 3 } },
      attempt: { outcome: 'failed', error: 'no', raw: 'x' },
      video: { errorCode: 'provider_error', errorMessage: 'no', completedAt: at(9), progress: 7 },
    });
  });

  it('applied is the row that the next step begins with', () => {
    const row = claimedIn('running');
    const step = move(row, 'overdue', { next: at(60), video: { progress: 5 }, attempt: { checks: 3 } });
    expect(applied(row, step)).toEqual({
      at: row.at,
      video: { ...row.video, progress: 5, state: 'overdue', checkAt: at(60) },
      attempt: { ...row.attempt, checks: 3 },
    });
  });

  it('leaves an attempt open while it is sent and has no outcome', () => {
    const open = (state: 'queued' | 'running' | 'storing') => isOpen(claimedIn(state).attempt);
    expect([open('queued'), open('running'), open('storing')]).toEqual([false, true, false]);
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
