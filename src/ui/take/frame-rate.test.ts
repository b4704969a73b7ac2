import { expect, test } from 'vitest';
import { rateOf } from './frame-rate.ts';

test.each([
  [1 / 24, 24],
  [0.0334, 30],
  [0.0832, 12],
  [0.0417, 24],
  [0.0166, 60],
])('frames %d s apart are %d a second', (seconds, rate) => expect(rateOf(seconds)).toBe(rate));

test('before a frame was seen it is 24', () => expect(rateOf(null)).toBe(24));
