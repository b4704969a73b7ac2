import type { Video } from './video.ts';

/** Render times in milliseconds: 5 %, 50 % and 90 % of clips are done by then. */
export type Quantiles = { p5: number; p50: number; p90: number };

export type Eta = {
  /** Milliseconds left until half, and nine tenths, of such clips are done. */
  p50Ms: number;
  p90Ms: number;
};

/** Where the provider reports nothing: the share of such clips' typical time that has passed, never above 95. */
export function estimatedProgress(elapsedMs: number, typical: Quantiles): number {
  if (elapsedMs <= 0) return 0;
  // Half-way at p50, and ever slower behind it, so that a late clip does not pretend to be done.
  const scale = typical.p50 / Math.LN2;
  return Math.min(95, Math.floor(100 * (1 - Math.exp(-elapsedMs / scale))));
}

/** How long the rest takes, from history; behind p90 the rest is guessed as a tenth of the time so far. */
export function etaOf(video: Pick<Video, 'acceptedAt' | 'progress'>, typical: Quantiles, now: Date): Eta | null {
  if (!video.acceptedAt) return null;
  const elapsedMs = Math.max(0, now.getTime() - video.acceptedAt.getTime());
  const floorMs = Math.max(1_000, elapsedMs * 0.1);
  const p50Ms = Math.max(floorMs, typical.p50 - elapsedMs);
  return { p50Ms: Math.round(p50Ms), p90Ms: Math.round(Math.max(p50Ms, floorMs, typical.p90 - elapsedMs)) };
}

/** Quantiles of measured render times, by nearest rank. */
export function quantilesOf(renderMs: number[]): Quantiles {
  const sorted = [...renderMs].sort((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? 0;
  return { p5: at(0.05), p50: at(0.5), p90: at(0.9) };
}

/** What a person is shown: the provider's percent, else an estimate; never falling, ≤ 99 until the file is stored. */
export function shownProgress(
  video: Pick<Video, 'state' | 'progress' | 'progressSource' | 'acceptedAt'>,
  typical: Quantiles,
  now: Date,
): { percent: number; source: Video['progressSource'] } {
  if (video.state === 'completed') return { percent: 100, source: video.progressSource };
  if (video.state === 'storing') return { percent: 99, source: video.progressSource };
  const estimates = video.state === 'running' || video.state === 'overdue' || video.state === 'canceling';
  if (!estimates || !video.acceptedAt || video.progressSource === 'provider') {
    return { percent: video.progress, source: video.progressSource };
  }
  const percent = estimatedProgress(now.getTime() - video.acceptedAt.getTime(), typical);
  return { percent: Math.max(video.progress, percent), source: 'estimate' };
}
