import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimatedProgress, etaOf, quantilesOf } from './progress.ts';
import { at, claimedIn } from './testing.ts';

const typical = { p5: 20_000, p50: 60_000, p90: 120_000 };

describe('progress', () => {
  it('is estimated half-way at p50, rises for ever and never pretends to be done', () => {
    expect(estimatedProgress(60_000, typical)).toBe(50);
    expect(estimatedProgress(-60_000, typical)).toBe(0);
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.nat(10_000_000), (a, b) => {
        const [early, late] = a < b ? [a, b] : [b, a];
        expect(estimatedProgress(early, typical)).toBeLessThanOrEqual(estimatedProgress(late, typical));
        expect(estimatedProgress(late, typical)).toBeLessThanOrEqual(95);
      }),
    );
  });
});

describe('the time that is left', () => {
  const left = (seconds: number, times = typical) => {
    const eta = etaOf(claimedIn('running').video, times, at(seconds));
    if (!eta) throw new Error('no range');
    return eta;
  };

  it('is counted from the moment that rendering began, where the job waited at the provider', () => {
    const video = { ...claimedIn('running').video, renderingAt: at(500) };
    expect(etaOf(video, typical, at(500))).toEqual({ p50Ms: 60_000, p90Ms: 120_000 });
  });

  it('is a range from p50 to p90, counted from acceptance', () => {
    expect(left(0)).toEqual({ p50Ms: 60_000, p90Ms: 120_000 });
    expect(etaOf(claimedIn('queued').video, typical, at(10))).toBeNull();
  });

  it('falls while such clips still render, and grows again behind their usual time', () => {
    expect(left(30).p50Ms).toBeLessThan(left(10).p50Ms);
    expect(left(600).p50Ms).toBeGreaterThan(left(60).p50Ms);
  });

  it('is never zero, p90 never under p50, and the end that it tells never comes nearer', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: 100_000 }),
        fc.nat(10_000_000),
        fc.nat(10_000_000),
        (seconds, moreSeconds, p50, spread) => {
          const times = { p5: 0, p50, p90: p50 + spread };
          const [early, late] = [left(seconds, times), left(seconds + moreSeconds, times)];
          expect(early.p50Ms).toBeGreaterThanOrEqual(1_000);
          expect(early.p90Ms).toBeGreaterThanOrEqual(early.p50Ms);
          expect(Number.isFinite(late.p90Ms)).toBe(true);
          // A millisecond for the rounding.
          expect(late.p50Ms + moreSeconds * 1_000).toBeGreaterThanOrEqual(early.p50Ms - 1);
          expect(late.p90Ms + moreSeconds * 1_000).toBeGreaterThanOrEqual(early.p90Ms - 1);
        },
      ),
    );
  });

  it('learns quantiles between the ranks, and never outside what was seen', () => {
    const ninetyNine = Array.from({ length: 99 }, (_, i) => (99 - i) * 1_000);
    expect(quantilesOf(ninetyNine)).toEqual({ p5: 5_000, p50: 50_000, p90: 90_000 });
    expect(quantilesOf([10, 20])).toEqual({ p5: 10, p50: 15, p90: 20 });
    expect(quantilesOf([7])).toEqual({ p5: 7, p50: 7, p90: 7 });
  });
});
