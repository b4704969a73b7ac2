import { fail, type Move, move } from './lifecycle.ts';
import { looked } from './observation.ts';
import { backoffMs } from './schedule.ts';
import type { Asset, Claimed } from './video.ts';

/** Own tries to copy a file before a person is asked; with their backoff they spread over about five minutes. */
const maxDownloads = 8;

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

/** A copy that failed is tried again, never rendered again. */
export function afterDownloadFailure(claimed: Claimed, failure: DownloadFailure, now: Date, random: number): Move {
  const { attempt } = claimed;
  const count = (attempt.watch.downloads?.count ?? 0) + 1;
  const watch = { ...attempt.watch, downloads: { count, reason: failure.message } };
  const data = { message: failure.message, tries: count };
  if (failure.reason === 'gone') {
    const settled = looked(claimed, { watch, outcome: 'completed', error: failure.message });
    return fail(claimed, 'expired', failure.message, { at: now, attempt: settled, data });
  }
  if (count >= maxDownloads) {
    const settled = looked(claimed, { watch, outcome: 'completed', error: failure.message });
    return fail(claimed, 'download_failed', failure.message, { at: now, attempt: settled, data });
  }
  return move(claimed, 'storing', {
    event: 'download_failed',
    data,
    attempt: looked(claimed, { watch }),
    next: new Date(now.getTime() + backoffMs(count, random, failure.retryAfterMs)),
  });
}
