import { expect, test } from 'vitest';
import { sampleModel } from '#ui/testing.ts';
import { estimateUsd } from './estimate.ts';
import { abilities, isRetired, priceName, retirement, secondsName, sizesName } from './model-words.ts';

const price = { per_second_usd: 0.1, per_clip_usd: null, source: 'https://example.com/pricing', as_of: '2026-11-01' };
const byResolution = { ...price, per_second_usd: { '720p': 0.1, '1080p': 0.4 } };

test('a price is told as the provider counts it, and where it is not known that is said', () => {
  expect(priceName({ free: true, price: null })).toBe('free');
  expect(priceName({ free: false, price: null })).toBe('price not known');
  expect(priceName({ free: false, price })).toBe('$0.10/s');
  expect(priceName({ free: false, price: byResolution })).toBe('$0.10–0.40/s');
  expect(priceName({ free: false, price: { ...price, per_second_usd: null, per_clip_usd: 0.3 } })).toBe('$0.30 a clip');
});

test('the estimate counts seconds at the price of the resolution, portrait or landscape', () => {
  expect(estimateUsd({ free: false, price }, { seconds: 4, size: '1280x720' })).toBeCloseTo(0.4);
  expect(estimateUsd({ free: false, price: byResolution }, { seconds: 8, size: '1080x1920' })).toBeCloseTo(3.2);
  expect(estimateUsd({ free: false, price: byResolution }, { seconds: 8, size: '640x480' })).toBeNull();
  expect(estimateUsd({ free: false, price: null }, { seconds: 4, size: '1280x720' })).toBeNull();
});

test('what a model can do is told in few words', () => {
  expect(sizesName(['1280x720', '720x1280', '1920x1080'])).toBe('720p–1080p');
  expect(secondsName([8, 4, 6])).toBe('4, 6, 8 s');
  expect(secondsName([2, 3, 4, 5])).toBe('2–5 s');
  expect(abilities(sampleModel({ sizes: null, seconds: [5], first_frame: 'required', audio: true }))).toEqual([
    '5 s',
    'needs a first frame',
    'sound',
  ]);
});

test('the day of retirement is the last day', () => {
  const retires = { on: '2026-12-12', instead: 'google/veo-4' };
  expect(isRetired({ retires }, new Date('2026-12-12T23:00:00Z'))).toBe(false);
  expect(retirement({ retires }, new Date('2026-12-13T00:00:00Z'))).toMatch(/^ended .*; then google\/veo-4$/);
});
