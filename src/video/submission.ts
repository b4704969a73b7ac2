import type { Submission } from './answer.ts';
import { type Move, move } from './lifecycle.ts';
import type { Circumstances } from './observation.ts';
import { looked, stopLooking } from './observation.ts';
import { afterRefusal } from './refusal.ts';
import { backoffMs, nextLook } from './schedule.ts';
import { type Claimed, isTerminal, type JsonObject } from './video.ts';

const later = (at: Date, ms: number): Date => new Date(at.getTime() + ms);

/** Our looking ends so long after the provider got the job, or may have got it. */
export const watchMs = (retentionMs: number): number => Math.max(24 * 3_600_000, retentionMs);

/** Intent, committed before a byte leaves: a crash from here on is `unknown`, never a second paid request. */
export function intend(
  claimed: Claimed,
  now: Date,
  {
    retentionMs,
    credentialId = null,
    callable = false,
  }: {
    retentionMs: number;
    credentialId?: string | null;
    /** The provider is told where to call us. */
    callable?: boolean;
  },
): Move {
  const { attempt } = claimed;
  return move(claimed, 'submitting', {
    event: 'submitting',
    data: { attempt: attempt.n },
    attempt: {
      sentAt: now,
      credentialId,
      watchUntil: later(now, watchMs(retentionMs)),
      watch: { ...attempt.watch, webhook: callable || undefined },
    },
    video: { notBefore: null },
    next: now,
    keepsClaim: true,
  });
}

/** The outcome of the paid request (classes A–D) → the move it means. `claimed` is the row in `submitting` or `unknown`. */
export function afterSubmission(
  claimed: Claimed,
  outcome: Submission,
  about: Circumstances & { deadlineMs: number; retentionMs: number },
): Move {
  const { video, attempt } = claimed;
  const { now } = about;
  switch (outcome.kind) {
    case 'accepted':
      return accepted(claimed, outcome, about, 'accepted');
    case 'unsent':
    case 'limited': {
      const count = (attempt.watch.unsent?.count ?? 0) + 1;
      const retryAfterMs = outcome.kind === 'limited' ? outcome.retryAfterMs : null;
      // A resend of an unknown attempt that did not leave proves nothing about the first sending.
      if (video.state === 'unknown') {
        return move(claimed, 'unknown', { next: later(now, backoffMs(count, about.random, retryAfterMs)) });
      }
      if (video.cancelRequestedAt) return canceledUnsent(claimed, now);
      return move(claimed, 'queued', {
        event: outcome.kind,
        data: { message: outcome.message },
        attempt: { sentAt: null, watch: { ...attempt.watch, unsent: { count, reason: outcome.message } } },
        video: { notBefore: later(now, backoffMs(count, about.random, retryAfterMs)) },
        next: null,
      });
    }
    case 'rejected': {
      const { code, message, raw } = outcome;
      // A resend that is turned away at the door says nothing about what the first sending may have made.
      if (video.state === 'unknown' && (code === 'auth' || code === 'quota')) return stillUnknown(claimed, about);
      const settled = { outcome: 'rejected' as const, error: message, raw };
      return afterRefusal(claimed, { code, message, event: 'rejected', settled }, about);
    }
    case 'unclear':
      return video.state === 'unknown' ? stillUnknown(claimed, about) : becomeUnknown(claimed, outcome.message, now);
  }
}

/** The provider has it. A wish to cancel that came meanwhile is done now. */
export function accepted(
  claimed: Claimed,
  { operation, upstreamId, warnings = [] }: { operation: JsonObject; upstreamId: string; warnings?: string[] },
  about: Circumstances & { deadlineMs: number; retentionMs: number },
  event: 'accepted' | 'adopted',
): Move {
  const { video, attempt } = claimed;
  const ignored = warnings.filter((warning) => !video.warnings.includes(warning));
  const { now } = about;
  const { listings: _found, unsent: _reached, ...watch } = attempt.watch;
  // A given-up take stays where it is: only a clip brings it back.
  const to = isTerminal(video.state) ? video.state : 'running';
  return move(claimed, to, {
    event,
    actor: event === 'accepted' ? { type: 'provider' } : { type: 'system' },
    data: { upstream_id: upstreamId, ...(ignored.length > 0 && { warnings: ignored }) },
    attempt: { operation, upstreamId, watch, watchUntil: later(now, watchMs(about.retentionMs)) },
    video: {
      ...(ignored.length > 0 && { warnings: [...video.warnings, ...ignored] }),
      acceptedAt: now,
      deadlineAt: later(now, about.deadlineMs),
      upstreamQueued: false,
      renderingAt: null,
      notBefore: null,
    },
    next: video.cancelRequestedAt
      ? now
      : nextLook({ ...about, attempt: { ...attempt, watch }, video: { ...video, state: to, acceptedAt: now } }),
  });
}

/** Class D, or a crash between intent and answer. */
export function becomeUnknown(claimed: Claimed, message: string, now: Date): Move {
  return move(claimed, 'unknown', { event: 'unclear', data: { message }, next: now });
}

/** A queued return with a cancel remembered never becomes queued. */
function canceledUnsent(claimed: Claimed, now: Date): Move {
  return move(claimed, 'canceled', {
    event: 'canceled',
    next: null,
    attempt: { sentAt: null, outcome: 'canceled' },
    video: { errorCode: 'canceled', completedAt: now },
  });
}

/** Absence is believed after three complete listings over two minutes, and even then a person decides. */
const listingsNeeded = 3;
const listingSpreadMs = 120_000;

/** A complete listing without a match (or none possible) → look again, ask a person, or stop looking. */
export function stillUnknown(
  claimed: Claimed,
  about: Circumstances,
  listing: 'complete' | 'failed' | 'impossible' = 'failed',
): Move {
  const { video, attempt } = claimed;
  const { now } = about;
  if (attempt.watchUntil && now >= attempt.watchUntil) return stopLooking(claimed, now);
  const before = attempt.watch.listings ?? { since: now.toISOString(), count: 0 };
  const listings = { ...before, count: before.count + (listing === 'complete' ? 1 : 0) };
  const watch = { ...attempt.watch, listings };
  const spreadMs = now.getTime() - Date.parse(listings.since);
  const believed = listings.count >= listingsNeeded && spreadMs >= listingSpreadMs;
  // Who cannot be searched may still call, at the latest when the clip is done.
  const silent = listing === 'impossible' && (!watch.webhook || spreadMs >= about.typical.p90);
  const asks = video.state === 'unknown' && (silent || believed);
  const to = asks ? 'needs_decision' : video.state;
  return move(claimed, to, {
    ...(asks ? { event: 'needs_decision' as const } : listing === 'complete' ? { event: 'listed' as const } : {}),
    data: { listings: listings.count },
    attempt: listing === 'impossible' ? { watch } : looked(claimed, { watch }),
    next: nextLook({ ...about, attempt: { ...attempt, watch }, video: { ...video, state: to } }),
  });
}
