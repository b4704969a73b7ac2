import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateOf, type Price, resolutionOf } from './cost.ts';

const price = (more: Partial<Price>): Price => ({ source: 'a list', asOf: '2026-01-01', ...more });
const clip = { seconds: 4, size: '1280x720' };

describe('the estimate of a clip', () => {
  it('is by its seconds, by the clip, or both', () => {
    expect(estimateOf(price({ perSecondUsd: 0.1 }), clip)).toBe(400_000);
    expect(estimateOf(price({ perClipUsd: 0.5 }), clip)).toBe(500_000);
    expect(estimateOf(price({ perSecondUsd: 0.1, perClipUsd: 0.5 }), clip)).toBe(900_000);
  });

  it('goes by the shorter side where the price depends on it', () => {
    const byResolution = price({ perSecondUsd: { '720p': 0.1, '1080p': 0.2 } });
    expect(estimateOf(byResolution, { seconds: 4, size: '720x1280' })).toBe(400_000);
    expect(estimateOf(byResolution, { seconds: 4, size: '1920x1080' })).toBe(800_000);
    expect(estimateOf(byResolution, { seconds: 4, size: '640x360' })).toBeNull();
    expect(resolutionOf('1024x1792')).toBe('1024p');
  });

  it('is not known without a price', () => {
    expect(estimateOf(null, clip)).toBeNull();
  });

  it('never falls short, and is no more than a millionth above', () => {
    const tenths = fc.integer({ min: 1, max: 50 });
    fc.assert(
      fc.property(fc.nat(10_000_000), tenths, (perSecondTenths, seconds) => {
        const estimate = estimateOf(price({ perSecondUsd: perSecondTenths / 1e7 }), { ...clip, seconds });
        expect(estimate).toBe(Math.ceil((perSecondTenths * seconds) / 10));
      }),
    );
  });
});
