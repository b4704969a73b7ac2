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

/**
 * How long the rest of the rendering takes, waiting left out, from history, for a clip that still renders after so long. Times are taken as log-logistic
 * through p50 and p90: close to lognormal, and the quantile of those that are still left has a closed form,
 * `p50 · ((q + o) / (1 - q)) ^ (1 / β)` with the odds of being done by now `o = (elapsed / p50) ^ β`.
 */
export function etaOf(
  video: Pick<Video, 'acceptedAt' | 'renderingAt' | 'upstreamQueued'>,
  typical: Quantiles,
  now: Date,
): Eta | null {
  if (!video.acceptedAt) return null;
  // A job that still waits at the provider has all of its rendering before it.
  const since = video.upstreamQueued ? now : (video.renderingAt ?? video.acceptedAt);
  const elapsedMs = Math.max(0, now.getTime() - since.getTime());
  const medianMs = Math.max(1, typical.p50);
  const shape = Math.log(9) / Math.log(Math.max(leastSpread, typical.p90 / medianMs));
  const odds = (elapsedMs / medianMs) ** shape;
  const leftMs = (q: number) => medianMs * ((q + odds) / (1 - q)) ** (1 / shape) - elapsedMs;
  return { p50Ms: Math.round(Math.max(1_000, leftMs(0.5))), p90Ms: Math.round(Math.max(1_000, leftMs(0.9))) };
}

/** Histories in which every clip took the same time say less than they seem to: p90 is at least so many times p50. */
const leastSpread = 1.1;

/**
 * Quantiles of measured render times: between the ranks at `q · (n + 1)` (type 6 of Hyndman and Fan, 1996), by which the
 * next clip is done with probability q, whatever the distribution. The nearest rank promised 90 % of ten and held 82 %.
 */
export function quantilesOf(renderMs: number[]): Quantiles {
  const sorted = [...renderMs].sort((a, b) => a - b);
  const ranked = (rank: number) => sorted[Math.min(sorted.length, Math.max(1, rank)) - 1] ?? 0;
  const at = (q: number) => {
    const rank = q * (sorted.length + 1);
    const below = ranked(Math.floor(rank));
    return Math.round(below + (rank % 1) * (ranked(Math.ceil(rank)) - below));
  };
  return { p5: at(0.05), p50: at(0.5), p90: at(0.9) };
}
