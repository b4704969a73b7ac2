import { describe, expect, it } from 'vitest';
import { type Eta, etaOf, type Quantiles, quantilesOf } from './progress.ts';
import { at, claimedIn } from './testing.ts';

/** Render times as they were seen: lognormal, from small models on one's own card to large hosted ones. */
const histories = [
  { medianS: 30, sigma: 0.2 },
  { medianS: 45, sigma: 0.4 },
  { medianS: 90, sigma: 0.6 },
  { medianS: 300, sigma: 0.9 },
];
const learnings = 400;
const draws = 200;

/** mulberry32: small, seeded, and good enough for averages. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Box and Muller. */
const lognormalMs =
  (random: () => number, { medianS, sigma }: (typeof histories)[number]) =>
  () =>
    medianS * 1_000 * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));

const running = claimedIn('running').video;
const shownAt = (elapsedMs: number, typical: Quantiles): Eta => {
  const eta = etaOf(running, typical, at(elapsedMs / 1_000));
  if (!eta) throw new Error('no range is shown');
  return eta;
};

/** Of the clips that still render at a moment of their life: the share that is done by what is shown there. */
function held(kind: (typeof histories)[number], completions: number, momentOf: (typical: Quantiles) => number) {
  const drawMs = lognormalMs(seeded(kind.medianS), kind);
  const done = { p50: 0, p90: 0, clips: 0 };
  for (let n = 0; n < learnings; n++) {
    const typical = quantilesOf(Array.from({ length: completions }, drawMs));
    const momentMs = momentOf(typical);
    const { p50Ms, p90Ms } = shownAt(momentMs, typical);
    for (let i = 0; i < draws; i++) {
      const leftMs = drawMs() - momentMs;
      if (leftMs <= 0) continue;
      done.clips += 1;
      if (leftMs <= p50Ms) done.p50 += 1;
      if (leftMs <= p90Ms) done.p90 += 1;
    }
  }
  return { p50: (100 * done.p50) / done.clips, p90: (100 * done.p90) / done.clips };
}

function expectWithin(points: number, { p50, p90 }: { p50: number; p90: number }): void {
  expect(Math.abs(p50 - 50)).toBeLessThanOrEqual(points);
  expect(Math.abs(p90 - 90)).toBeLessThanOrEqual(points);
}

describe.each(histories)('the range of clips with a median of $medianS s, sigma $sigma,', (kind) => {
  it('holds what it says within 5 points after 50 completions', () => {
    expectWithin(
      5,
      held(kind, 50, () => 0),
    );
  });

  it('and within 5 points after 10 already', () => {
    expectWithin(
      5,
      held(kind, 10, () => 0),
    );
  });

  it('holds for what still renders at p50, within 10 points', () => {
    expectWithin(
      10,
      held(kind, 50, ({ p50 }) => p50),
    );
  });

  it('holds for what still renders at p90, within 10 points', () => {
    expectWithin(
      10,
      held(kind, 50, ({ p90 }) => p90),
    );
  });
});
