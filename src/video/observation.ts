import type { Answer, NoAnswer } from './answer.ts';
import { failureOf } from './failure.ts';
import { type AttemptPatch, fail, type Move, move, type VideoPatch } from './lifecycle.ts';
import { estimatedProgress, type Quantiles } from './progress.ts';
import { afterRefusal } from './refusal.ts';
import { backoffMs, nextLook } from './schedule.ts';
import { type Claimed, isTerminal, type Video, type Watch } from './video.ts';

const later = (now: Date, ms: number): Date => new Date(now.getTime() + ms);

/** What a decision needs besides the row: all of it passed in, so that the decision is pure. */
export type Circumstances = {
  now: Date;
  typical: Quantiles;
  webhook: boolean;
  fixedMs: number | null;
  /** Uniform in 0..1. */
  random: number;
  /** Another job of the provider got an answer since the first 404: it is about this job, not about the server. */
  missingCounts: boolean;
  /** Id for an attempt that the move may have to write. */
  nextAttemptId: string;
};

/** A 404 is a verdict after three of them, spread over two minutes. */
const missingNeeded = 3;
const missingSpreadMs = 120_000;

/** One look at a sent job whose operation is known (running, overdue, canceling, or given up) → the move it means. */
export function afterAnswer(claimed: Claimed, answer: Answer, about: Circumstances): Move {
  switch (answer.kind) {
    case 'running':
      return stillRunning(claimed, answer, about);
    case 'completed':
      return rendered(claimed, answer, about);
    case 'failed':
      return afterRefusal(
        claimed,
        {
          code: answer.code,
          message: answer.message,
          event: 'failed',
          settled: looked(claimed, { outcome: 'failed', error: answer.message, raw: answer.raw }),
          costMicroUsd: answer.costMicroUsd,
        },
        about,
      );
    case 'canceled':
      return move(claimed, 'canceled', {
        event: 'canceled',
        next: null,
        actor: { type: 'provider' },
        attempt: looked(claimed, { outcome: 'canceled', raw: answer.raw }),
        video: { errorCode: 'canceled', completedAt: about.now },
      });
    case 'missing':
      return missing(claimed, about);
    case 'no_answer':
      return noAnswer(claimed, answer, about);
  }
}

function stillRunning(claimed: Claimed, answer: Answer & { kind: 'running' }, about: Circumstances): Move {
  const { video, attempt } = claimed;
  const { trouble: _answered, missing: _found, ...watch } = attempt.watch;
  const reported = answer.progress ?? 0;
  const moves = reported > (watch.progress?.percent ?? 0);
  if (moves) watch.progress = { percent: Math.min(99, reported), movedAt: about.now.toISOString() };
  const renderingAt = renderingSince(video, answer.queued, about.now);
  const { progress, progressSource } = progressOf({ ...video, renderingAt }, answer, about);
  return waiting(claimed, about, {
    watch,
    attempt: { raw: answer.raw },
    video: { progress, progressSource, upstreamQueued: answer.queued, renderingAt },
    event: stepOf(progress) > stepOf(video.progress) || answer.queued !== video.upstreamQueued ? 'progress' : undefined,
    data: { progress, queued: answer.queued },
  });
}

/** Only so many percent at a time are worth an event: an estimate would write one with every look. */
const stepOf = (percent: number): number => Math.floor(percent / 5);

/** A job that was never seen waiting has rendered since it was accepted; one that was, since the first look that says so. */
function renderingSince(video: Video, queued: boolean, now: Date): Date | null {
  if (queued) return null;
  return video.renderingAt ?? (video.upstreamQueued ? now : video.acceptedAt);
}

/** The provider's percent; an estimate where it renders and has never told one. It never falls, and is 99 at most. */
function progressOf(
  video: Video,
  { progress, queued }: Answer & { kind: 'running' },
  { now, typical }: Circumstances,
): Pick<Video, 'progress' | 'progressSource'> {
  const reported = progress ?? 0;
  const progressSource = reported > 0 ? 'provider' : (video.progressSource ?? (queued ? null : 'estimate'));
  const estimates = progressSource === 'estimate' && !queued && video.renderingAt;
  const percent = estimates ? estimatedProgress(now.getTime() - estimates.getTime(), typical) : reported;
  return { progress: Math.max(video.progress, Math.min(99, Math.floor(percent))), progressSource };
}

function rendered(claimed: Claimed, answer: Answer & { kind: 'completed' }, about: Circumstances): Move {
  const { video, attempt } = claimed;
  const { trouble: _answered, missing: _found, ...watch } = attempt.watch;
  const { acceptedAt, renderingAt } = video;
  // The provider's own times count from its acceptance: they hold its queue too, where it had one.
  const waited = renderingAt !== null && acceptedAt !== null && renderingAt > acceptedAt;
  const renderMs = (waited ? null : answer.renderMs) ?? measuredMs(claimed, about.now);
  const { costMicroUsd } = answer;
  if (watch.discard) {
    return move(claimed, 'canceled', {
      event: 'canceled',
      next: null,
      data: { discarded: true },
      attempt: looked(claimed, { outcome: 'completed', raw: answer.raw, watch }),
      video: { errorCode: 'canceled', completedAt: about.now },
      costMicroUsd,
      renderMs,
    });
  }
  return move(claimed, 'storing', {
    event: 'rendered',
    next: about.now,
    actor: { type: 'provider' },
    data: isTerminal(video.state) ? { late: true } : {},
    attempt: looked(claimed, { outcome: 'completed', raw: answer.raw, watch }),
    video: { progress: 99, upstreamQueued: false, notBefore: null },
    costMicroUsd,
    renderMs,
  });
}

/**
 * Our own measure is only as good as the look before was near: without the provider's times a late look teaches nothing.
 * Overdue clips teach too: without them the slow tenth of a slow model would never be learned.
 */
function measuredMs({ video, at }: Claimed, now: Date): number | null {
  const since = video.renderingAt ?? video.acceptedAt;
  if (!since || !video.checkedAt || isTerminal(video.state)) return null;
  const ms = now.getTime() - since.getTime();
  return at.getTime() - video.checkedAt.getTime() < Math.max(20_000, ms / 10) ? ms : null;
}

function missing(claimed: Claimed, about: Circumstances): Move {
  const { attempt } = claimed;
  const before = attempt.watch.missing;
  const count = about.missingCounts ? (before?.count ?? 0) + 1 : (before?.count ?? 0);
  const since = before?.since ?? about.now.toISOString();
  const spreadMs = about.now.getTime() - Date.parse(since);
  if (about.missingCounts && count >= missingNeeded && spreadMs >= missingSpreadMs) {
    if (isTerminal(claimed.video.state)) return waiting(claimed, about, { watch: attempt.watch });
    // Believed, and not settled: servers find their jobs again. It is watched on, and a late clip is still kept.
    return fail(claimed, 'job_not_found', 'the provider no longer knows this job', {
      at: about.now,
      actor: { type: 'provider' },
      attempt: looked(claimed, { outcome: null, error: null, watch: { ...attempt.watch, missing: { since, count } } }),
      data: { looks: count },
      next: nextLook({ ...about, video: { ...claimed.video, state: 'failed' }, attempt }),
    });
  }
  const restMs = (missingSpreadMs / (missingNeeded - 1)) * (1 + 0.1 * about.random);
  return waiting(claimed, about, {
    watch: { ...attempt.watch, missing: { since, count } },
    event: before ? undefined : 'missing',
    next: later(about.now, restMs),
  });
}

function noAnswer(claimed: Claimed, answer: NoAnswer, about: Circumstances): Move {
  const { attempt } = claimed;
  const before = attempt.watch.trouble;
  const count = (before?.count ?? 0) + 1;
  const same = before?.kind === answer.why;
  const trouble = { kind: answer.why, since: same ? before.since : about.now.toISOString(), count };
  const next = later(about.now, backoffMs(count, about.random, answer.retryAfterMs));
  return waiting(claimed, about, {
    watch: { ...attempt.watch, trouble },
    video: answer.retryAfterMs ? { notBefore: next } : {},
    event: same ? undefined : 'trouble',
    data: { why: answer.why, message: answer.message },
    next,
  });
}

type Waiting = {
  watch: Watch;
  attempt?: AttemptPatch;
  video?: VideoPatch;
  event?: 'progress' | 'missing' | 'trouble';
  data?: Move['event'] extends infer E ? (E extends { data: infer D } ? D : never) : never;
  next?: Date;
};

/** No verdict: go on looking, say so past the deadline, and end the looking, not the truth, at `watch_until`. */
function waiting(claimed: Claimed, about: Circumstances, details: Waiting): Move {
  const { video, attempt } = claimed;
  const { now } = about;
  if (attempt.watchUntil && now >= attempt.watchUntil) return stopLooking(claimed, now, details.watch);
  const late = video.state === 'running' && video.deadlineAt !== null && now >= video.deadlineAt;
  const to = late ? 'overdue' : video.state;
  const event = late ? 'overdue' : details.event;
  return move(claimed, to, {
    attempt: looked(claimed, { ...details.attempt, watch: details.watch }),
    video: details.video,
    ...(event ? { event } : {}),
    data: details.data ?? {},
    next:
      details.next ??
      nextLook({ ...about, video: { ...video, state: to }, attempt: { ...attempt, watch: details.watch } }),
  });
}

/** The end of our looking: honest about what is not known. */
export function stopLooking(claimed: Claimed, now: Date, watch: Watch = claimed.attempt.watch): Move {
  const { video, attempt } = claimed;
  const code = attempt.operation ? 'provider_silent' : 'submission_unknown';
  const settled = looked(claimed, { outcome: 'abandoned', watch });
  if (isTerminal(video.state)) return move(claimed, video.state, { next: null, attempt: settled });
  return fail(claimed, code, failureOf(code).happened, { at: now, event: 'given_up', attempt: settled });
}

/** The patch of every look: one more check. */
export const looked = (claimed: Claimed, patch: AttemptPatch = {}): AttemptPatch => ({
  checks: claimed.attempt.checks + 1,
  ...patch,
});
