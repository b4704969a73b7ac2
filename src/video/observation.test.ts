import { describe, expect, it } from 'vitest';
import type { Answer } from './answer.ts';
import { failureCodes, failureOf } from './failure.ts';
import { applied } from './lifecycle.ts';
import { afterAnswer, stopLooking } from './observation.ts';
import { about, at, claimedIn, t0 } from './testing.ts';
import type { Claimed } from './video.ts';

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

describe('what a look writes down', () => {
  const running = (progress: number | null, queued = false): Answer => ({
    kind: 'running',
    queued,
    progress,
    raw: 'r',
  });
  const trouble = { kind: 'auth' as const, since: t0.toISOString(), count: 2 };
  const missing = { since: t0.toISOString(), count: 1 };

  it('is the answer, one more look, and an end to what troubled it', () => {
    const row = claimedIn('running', {}, { checks: 4, watch: { trouble, missing, webhook: true } });
    const step = afterAnswer(row, running(7), about(at(60)));
    expect(step).toMatchObject({
      event: { type: 'progress', actor: { type: 'system' }, data: { progress: 7, queued: false } },
      video: { upstreamQueued: false },
      next: expect.any(Date),
    });
    expect(step.attempt).toEqual({
      checks: 5,
      raw: 'r',
      watch: { webhook: true, progress: { percent: 7, movedAt: at(60).toISOString() } },
    });
  });

  it('is an event with every fifth percent, and with the end of waiting there', () => {
    const told = (shown: number, percent: number, upstreamQueued = false, queued = false) =>
      afterAnswer(claimedIn('running', { progress: shown, upstreamQueued }), running(percent, queued), about(at(60)))
        .event?.type;
    expect([told(0, 4), told(4, 5), told(5, 9), told(9, 10)]).toEqual([undefined, 'progress', undefined, 'progress']);
    expect([told(6, 7, true, false), told(6, 7, false, true)]).toEqual(['progress', 'progress']);
  });

  it('is when the percent last moved, and not that it was told again', () => {
    const row = (percent: number) =>
      claimedIn('running', {}, { watch: { progress: { percent, movedAt: at(30).toISOString() } } });
    const watched = (before: number, now: number) =>
      afterAnswer(row(before), running(now), about(at(60))).attempt.watch;
    expect(watched(40, 40)?.progress).toEqual({ percent: 40, movedAt: at(30).toISOString() });
    expect(watched(40, 41)?.progress).toEqual({ percent: 41, movedAt: at(60).toISOString() });
    expect(watched(40, 300)?.progress).toEqual({ percent: 99, movedAt: at(60).toISOString() });
  });

  it('is an estimate only while it renders', () => {
    const seen = (video: Partial<Claimed['video']>, answer: Answer) =>
      afterAnswer(claimedIn('running', video), answer, about(at(60))).video;
    expect(seen({ progress: 3, progressSource: 'estimate' }, running(null, true))).toMatchObject({
      progress: 3,
      progressSource: 'estimate',
    });
    expect(seen({ renderingAt: at(59), acceptedAt: t0 }, running(null))).toMatchObject({ progress: 1 });
    expect(seen({ renderingAt: null, acceptedAt: null }, running(null)).progress).toBe(0);
  });

  it('is the verdict, with all that it says', () => {
    const answer: Answer = { kind: 'completed', renderMs: 5_000, costMicroUsd: 7, raw: 'r' };
    const row = claimedIn('running', { notBefore: at(5) }, { watch: { trouble, missing, webhook: true } });
    const step = afterAnswer(row, answer, about(at(60)));
    expect(step).toMatchObject({
      to: 'storing',
      next: at(60),
      event: { type: 'rendered', actor: { type: 'provider' }, data: {} },
      video: { progress: 99, upstreamQueued: false, notBefore: null },
      entry: { kind: 'settle' },
      renderMs: 5_000,
    });
    expect(step.event?.data).toEqual({});
    expect(step.attempt).toMatchObject({ checks: 1, outcome: 'completed', raw: 'r', costMicroUsd: 7 });
    expect(step.attempt.watch).toEqual({ webhook: true });
    const late = afterAnswer(claimedIn('failed', {}, { outcome: null }), answer, about(at(60)));
    expect(late.event?.data).toEqual({ late: true });
  });

  it('throws a clip away that nobody wants any more', () => {
    const answer: Answer = { kind: 'completed', renderMs: 5_000, costMicroUsd: 7, raw: 'r' };
    const step = afterAnswer(claimedIn('canceling', {}, { watch: { discard: true, trouble } }), answer, about(at(60)));
    expect(step).toMatchObject({
      to: 'canceled',
      next: null,
      event: { type: 'canceled', data: { discarded: true } },
      attempt: { checks: 1, outcome: 'completed', raw: 'r', watch: { discard: true }, costMicroUsd: 7 },
      video: { errorCode: 'canceled', completedAt: at(60) },
      renderMs: 5_000,
    });
  });

  it('is a refusal or a cancel in the words of the provider', () => {
    const no: Answer = { kind: 'failed', code: 'moderation', message: 'no', raw: 'r' };
    expect(afterAnswer(claimedIn('running'), no, about(at(60)))).toMatchObject({
      to: 'failed',
      event: { type: 'failed', actor: { type: 'provider' }, data: { code: 'moderation', message: 'no' } },
      attempt: { checks: 1, outcome: 'failed', error: 'no', raw: 'r' },
      video: { errorCode: 'moderation', errorMessage: 'no', completedAt: at(60) },
    });
    expect(afterAnswer(claimedIn('canceling'), { kind: 'canceled', raw: 'r' }, about(at(60)))).toMatchObject({
      to: 'canceled',
      next: null,
      event: { type: 'canceled', actor: { type: 'provider' } },
      attempt: { checks: 1, outcome: 'canceled', raw: 'r' },
      video: { errorCode: 'canceled', completedAt: at(60) },
    });
  });

  it('is that the job is missing: told once, looked for again after a minute, failed after three looks', () => {
    const gone: Answer = { kind: 'missing', raw: null };
    const first = afterAnswer(claimedIn('running'), gone, about(at(60)));
    expect(first).toMatchObject({
      event: { type: 'missing' },
      next: at(123),
      attempt: { checks: 1, watch: { missing: { since: at(60).toISOString(), count: 1 } } },
    });
    const row = applied(claimedIn('running'), first);
    expect(afterAnswer(row, gone, about(at(123)))).toMatchObject({
      event: null,
      attempt: { watch: { missing: { since: at(60).toISOString(), count: 2 } } },
    });
    const counted = (count: number) =>
      claimedIn('running', {}, { watch: { missing: { since: t0.toISOString(), count } } });
    expect(afterAnswer(counted(5), gone, about(at(119))).to).toBe('running');
    expect(afterAnswer(counted(1), gone, about(at(500))).to).toBe('running');
    expect(afterAnswer(counted(2), gone, about(at(120), { missingCounts: false }))).toMatchObject({
      to: 'running',
      attempt: { watch: { missing: { count: 2 } } },
    });
    expect(afterAnswer(counted(2), gone, about(at(120)))).toMatchObject({
      to: 'failed',
      event: { type: 'failed', actor: { type: 'provider' }, data: { code: 'job_not_found', looks: 3 } },
      attempt: { checks: 1, outcome: null, error: null, watch: { missing: { since: t0.toISOString(), count: 3 } } },
      video: { errorCode: 'job_not_found', completedAt: at(120) },
      next: at(420),
    });
  });

  it('is since when there is no answer, and why: told when that changes', () => {
    const silent = (why: 'auth' | 'transient', retryAfterMs: number | null = null): Answer => ({
      kind: 'no_answer',
      why,
      message: 'no',
      retryAfterMs,
    });
    const first = afterAnswer(claimedIn('running', {}, { watch: { missing } }), silent('auth'), about(at(60)));
    expect(first).toMatchObject({
      event: { type: 'trouble', data: { why: 'auth', message: 'no' } },
      next: at(62),
      attempt: { checks: 1, watch: { missing, trouble: { kind: 'auth', since: at(60).toISOString(), count: 1 } } },
    });
    expect(first.video).toEqual({});
    const row = applied(claimedIn('running'), first);
    const second = afterAnswer(row, silent('auth'), about(at(70)));
    expect(second).toMatchObject({ event: null, next: at(74) });
    expect(second.attempt.watch?.trouble).toEqual({ kind: 'auth', since: at(60).toISOString(), count: 2 });
    const third = afterAnswer(applied(row, second), silent('transient', 60_000), about(at(80)));
    expect(third).toMatchObject({ event: { type: 'trouble' }, next: at(140), video: { notBefore: at(140) } });
    expect(third.attempt.watch?.trouble).toEqual({ kind: 'transient', since: at(80).toISOString(), count: 3 });
  });
});

describe('what is learned', () => {
  const done: Answer = { kind: 'completed', renderMs: 42_000, raw: null };
  const learned = (video: Partial<Claimed['video']>, seconds: number, answer = done) =>
    afterAnswer({ ...claimedIn('running', video), at: at(seconds) }, answer, about(at(seconds))).renderMs;

  it("is the provider's own time only where the job did not wait", () => {
    expect(learned({ acceptedAt: t0, renderingAt: t0 }, 100)).toBe(42_000);
    expect(learned({ acceptedAt: t0, renderingAt: null }, 100)).toBe(42_000);
    expect(learned({ acceptedAt: null, renderingAt: at(50) }, 100)).toBe(42_000);
    expect(learned({ acceptedAt: t0, renderingAt: at(50), checkedAt: at(95) }, 100)).toBe(50_000);
  });

  it('is our own measure where two looks lie close, by the length of what is measured', () => {
    const own = { ...done, renderMs: null };
    const measured = (lookedBefore: number | null, seconds: number) =>
      learned({ checkedAt: lookedBefore === null ? null : at(lookedBefore) }, seconds, own);
    expect([measured(80.001, 100), measured(80, 100)]).toEqual([100_000, null]);
    expect([measured(900.1, 1_000), measured(900, 1_000)]).toEqual([1_000_000, null]);
    expect(measured(null, 100)).toBeNull();
    expect(learned({ acceptedAt: null, renderingAt: null, checkedAt: at(99) }, 100, own)).toBeNull();
    const given = { ...claimedIn('failed', { acceptedAt: t0, checkedAt: at(99) }, { outcome: null }), at: at(100) };
    expect(afterAnswer(given, own, about(at(100))).renderMs).toBeNull();
  });
});

describe('the end of looking', () => {
  it('is the same for what is over already, and quiet', () => {
    const row = claimedIn('failed', {}, { outcome: null, checks: 4 });
    const step = stopLooking(row, at(90_000), { webhook: true });
    expect(step).toMatchObject({ to: 'failed', next: null, event: null });
    expect(step.attempt).toMatchObject({ checks: 5, outcome: 'abandoned', watch: { webhook: true } });
  });

  it('says whether the provider was silent, or never known to have it', () => {
    expect(stopLooking(claimedIn('unknown'), at(90_000))).toMatchObject({
      to: 'failed',
      event: { type: 'given_up' },
      attempt: { checks: 1, outcome: 'abandoned', watch: {} },
      video: { errorCode: 'submission_unknown', completedAt: at(90_000) },
    });
    expect(stopLooking(claimedIn('overdue'), at(90_000)).video.errorCode).toBe('provider_silent');
  });

  it('comes with the moment that was set, where one was', () => {
    const running: Answer = { kind: 'running', queued: false, progress: 5, raw: null };
    const to = (state: 'overdue' | 'canceling', now: Date, watchUntil: Date | null) =>
      afterAnswer(claimedIn(state, {}, { watchUntil }), running, about(now)).to;
    expect(to('overdue', at(99), at(100))).toBe('overdue');
    expect(to('overdue', at(100), at(100))).toBe('failed');
    expect(to('overdue', at(100), null)).toBe('overdue');
    // A deadline is for what runs.
    expect(to('canceling', at(5_000), null)).toBe('canceling');
  });

  it('is not the deadline, which counts from its very moment and is told', () => {
    const running: Answer = { kind: 'running', queued: false, progress: 5, raw: null };
    const step = (now: Date, deadlineAt: Date | null) =>
      afterAnswer(claimedIn('running', { deadlineAt }), running, about(now));
    expect(step(at(899), at(900)).to).toBe('running');
    expect(step(at(900), at(900))).toMatchObject({ to: 'overdue', next: at(960), event: { type: 'overdue' } });
    expect(step(at(900), null).to).toBe('running');
  });
});
