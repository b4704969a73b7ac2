import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimatedProgress, etaOf, quantilesOf, shownProgress } from './progress.ts';
import { at, claimedIn } from './testing.ts';

const typical = { p5: 20_000, p50: 60_000, p90: 120_000 };

describe('progress', () => {
  it('is estimated half-way at p50, rises for ever and never pretends to be done', () => {
    expect(estimatedProgress(60_000, typical)).toBe(50);
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.nat(10_000_000), (a, b) => {
        const [early, late] = a < b ? [a, b] : [b, a];
        expect(estimatedProgress(early, typical)).toBeLessThanOrEqual(estimatedProgress(late, typical));
        expect(estimatedProgress(late, typical)).toBeLessThanOrEqual(95);
      }),
    );
  });

  it("shows the provider's percent as soon as it reports one, 99 while saving, 100 when stored", () => {
    const running = claimedIn('running', { progress: 33, progressSource: 'provider' }).video;
    expect(shownProgress(running, typical, at(600)).percent).toBe(33);
    expect(shownProgress({ ...running, progressSource: 'estimate' }, typical, at(60)).percent).toBe(50);
    expect(shownProgress(claimedIn('storing').video, typical, at(60)).percent).toBe(99);
    expect(shownProgress(claimedIn('completed').video, typical, at(60)).percent).toBe(100);
  });
});

describe('the time that is left', () => {
  it('is a range from p50 to p90, counted from acceptance', () => {
    expect(etaOf(claimedIn('running').video, typical, at(10))).toEqual({ p50Ms: 50_000, p90Ms: 110_000 });
    expect(etaOf(claimedIn('queued').video, typical, at(10))).toBeNull();
  });

  it('never falls to zero, and p90 is never under p50', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), (seconds) => {
        const eta = etaOf(claimedIn('running').video, typical, at(seconds));
        expect(eta?.p50Ms).toBeGreaterThanOrEqual(1_000);
        expect(eta?.p90Ms).toBeGreaterThanOrEqual(eta?.p50Ms ?? Infinity);
      }),
    );
  });

  it('learns quantiles by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => (100 - i) * 1_000);
    expect(quantilesOf(hundred)).toEqual({ p5: 5_000, p50: 50_000, p90: 90_000 });
    expect(quantilesOf([7])).toEqual({ p5: 7, p50: 7, p90: 7 });
  });
});
