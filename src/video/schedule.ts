import type { Quantiles } from './progress.ts';
import type { Attempt, Video } from './video.ts';

const second = 1_000;
const minute = 60 * second;

/** When a listing looks for a lost create, counted from the moment its outcome became unknown; then every minute. */
export const listingTimesMs: readonly number[] = [0, 5 * second, 15 * second, 30 * second, 60 * second];

export type Look = {
  video: Pick<Video, 'state' | 'acceptedAt' | 'renderingAt' | 'watchedUntil' | 'deadlineAt' | 'upstreamQueued'>;
  attempt: Pick<Attempt, 'watch' | 'sentAt' | 'watchUntil'>;
  now: Date;
  typical: Quantiles;
  /** A registered webhook will tell; looking is only the safety net. */
  webhook: boolean;
  /** A fixed interval instead of the learned one, for comparison. */
  fixedMs: number | null;
  /** Uniform in 0..1, for the jitter. */
  random: number;
};

/**
 * When to look next at a job that answered properly. Backing off with age would look away just when clips get done
 * (docs/schedule.md has the measurements), so the interval follows information: progress that moves, then learned
 * times, then a constant. Backoff belongs to errors.
 */
export function nextLook(look: Look): Date {
  const ms = intervalMs(look) * (0.9 + 0.2 * look.random);
  const next = look.now.getTime() + Math.max(1, ms);
  const { deadlineAt, state } = look.video;
  // The deadline itself is a moment to look: `overdue` must not wait for the next interval.
  if (state === 'running' && deadlineAt && deadlineAt > look.now) return new Date(Math.min(next, deadlineAt.getTime()));
  return new Date(next);
}

function intervalMs({ video, attempt, now, typical, webhook, fixedMs }: Look): number {
  switch (video.state) {
    case 'unknown':
      return untilListing(attempt, now);
    case 'needs_decision':
    case 'failed':
    case 'canceled':
      return 5 * minute;
    case 'overdue':
      return webhook ? 5 * minute : minute;
    case 'canceling':
      return 5 * second;
  }
  if (fixedMs !== null) return fixedMs;
  if (webhook) return minute;
  const since = video.renderingAt ?? video.acceptedAt;
  const elapsedMs = since ? now.getTime() - since.getTime() : 0;
  const watched = video.watchedUntil !== null && video.watchedUntil > now;
  const byProgress = progressIntervalMs(attempt, video, now);
  if (byProgress !== null) return watched ? Math.min(byProgress, 5 * second) : byProgress;
  const silentMs = typical.p5 - elapsedMs;
  // Whoever watches wants to see it move: a few early looks, which also tell whether this provider reports progress.
  if (watched) return silentMs > 0 ? Math.max(2 * second, typical.p5 / 5) : 5 * second;
  // Silent until the fastest twentieth of such clips is done.
  return Math.max(silentMs, 15 * second);
}

/**
 * Half of what seems to be left by the provider's own progress, but no longer than that percent took to come (1 % after
 * 17 s would mean a quarter of an hour), and a quarter of the time that it has stood still, so that a stuck percent is
 * asked ever less; null where it tells nothing.
 */
function progressIntervalMs(
  { watch }: Pick<Attempt, 'watch'>,
  { acceptedAt, renderingAt }: Pick<Video, 'acceptedAt' | 'renderingAt'>,
  now: Date,
): number | null {
  const { progress } = watch;
  const since = renderingAt ?? acceptedAt;
  if (!progress || progress.percent <= 0 || !since) return null;
  const movedMs = Date.parse(progress.movedAt) - since.getTime();
  const stillMs = now.getTime() - Date.parse(progress.movedAt);
  // Progress that stands for as long as it took to come here tells nothing any more.
  if (movedMs <= 0 || stillMs > Math.max(15 * second, movedMs)) return null;
  const leftMs = (movedMs / progress.percent) * (100 - progress.percent) - stillMs;
  return Math.max(2 * second, Math.min(0.5 * leftMs, movedMs), 0.25 * stillMs);
}

function untilListing(attempt: Pick<Attempt, 'watch'>, now: Date): number {
  const { listings } = attempt.watch;
  if (!listings) return 0;
  const since = Date.parse(listings.since);
  const elapsedMs = now.getTime() - since;
  const next = listingTimesMs.find((at) => at > elapsedMs);
  return next === undefined ? minute : next - elapsedMs;
}

/** The wait after the n-th failure in a row: doubling from 2 s to a minute, ± 20 %; never before `retryAfterMs`. */
export function backoffMs(count: number, random: number, retryAfterMs: number | null = null): number {
  const base = Math.min(minute, 2 * second * 2 ** Math.min(10, Math.max(0, count - 1)));
  return Math.max(base * (0.8 + 0.4 * random), retryAfterMs ?? 0);
}
