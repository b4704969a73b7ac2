import { fail, type Move, move } from './lifecycle.ts';
import { looked } from './observation.ts';
import { backoffMs } from './schedule.ts';
import type { Asset, Attempt, Claimed } from './video.ts';

/** So many tries, over about five minutes, are an ordinary hiccup; what comes is no clip, after so many, is none. */
const manyTries = 8;
/** From then on, for as long as the take is watched: an outage of hours must not lose a clip that is paid for. */
const patientMs = 300_000;

/** The files are in our storage: the take is ready. */
export function stored(claimed: Claimed, assets: Asset[], now: Date): Move {
  const clip = assets.find((asset) => asset.kind === 'clip');
  if (!clip) throw new Error('a video is complete only with its clip');
  const { downloads: _over, ...watch } = claimed.attempt.watch;
  return move(claimed, 'completed', {
    event: 'stored',
    next: null,
    assets,
    data: { bytes: clip.bytes, sha256: clip.sha256 },
    attempt: { watch },
    video: { progress: 100, clipAssetId: clip.id, completedAt: now },
  });
}

export type DownloadFailure = {
  reason: 'transient' | 'gone' | 'not_ready' | 'refused' | 'not_media';
  message: string;
  retryAfterMs: number | null;
};

/** Copying has failed so often that a person should know. */
export const isFailingToCopy = ({ watch }: Pick<Attempt, 'watch'>): boolean =>
  (watch.downloads?.count ?? 0) >= manyTries;

/**
 * One run here was too short for the copy. Where its provider gives parts, the next run goes on at once; else only a
 * worker, whose runs do not end, can copy it, and a person should know.
 */
export function afterShortRun(claimed: Claimed, continues: boolean, now: Date): Move {
  const { watch } = claimed.attempt;
  if (continues) return move(claimed, 'storing', { attempt: looked(claimed, { watch }), next: now });
  const reason = 'one run here is too short for it, it needs a worker.';
  const downloads = { count: Math.max(manyTries, (watch.downloads?.count ?? 0) + 1), reason };
  return move(claimed, 'storing', {
    ...(watch.downloads?.reason === reason ? {} : { event: 'download_failed', data: { message: reason } }),
    attempt: looked(claimed, { watch: { ...watch, downloads } }),
    next: new Date(now.getTime() + patientMs),
  });
}

/**
 * A copy that failed is tried again, never rendered again: until the provider says that the file is gone, or what comes
 * is no clip, or our looking ends.
 */
export function afterDownloadFailure(claimed: Claimed, failure: DownloadFailure, now: Date, random: number): Move {
  const { attempt } = claimed;
  const count = (attempt.watch.downloads?.count ?? 0) + 1;
  const watch = { ...attempt.watch, downloads: { count, reason: failure.message } };
  const data = { message: failure.message, tries: count };
  if (failure.reason === 'gone') {
    const settled = looked(claimed, { watch, outcome: 'completed', error: failure.message });
    return fail(claimed, 'expired', failure.message, { at: now, attempt: settled, data });
  }
  const over = failure.reason === 'not_media' ? count >= manyTries : attempt.watchUntil && now >= attempt.watchUntil;
  if (over) {
    const settled = looked(claimed, { watch, outcome: 'completed', error: failure.message });
    return fail(claimed, 'download_failed', failure.message, { at: now, attempt: settled, data });
  }
  const backoff = backoffMs(count, random, failure.retryAfterMs);
  const restMs = count < manyTries ? backoff : Math.max(backoff, patientMs * (0.9 + 0.2 * random));
  return move(claimed, 'storing', {
    ...(count <= manyTries || failure.message !== attempt.watch.downloads?.reason ? { event: 'download_failed' } : {}),
    data,
    attempt: looked(claimed, { watch }),
    next: new Date(now.getTime() + restMs),
  });
}
