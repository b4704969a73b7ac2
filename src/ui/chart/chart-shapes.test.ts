import { expect, test } from 'vitest';
import { barsPath, indexAt, linePath } from './chart-shapes.ts';

test('a line goes through the middle of each stretch, the highest at the top', () => {
  expect(linePath([0, 2], 2)).toBe('M25 100L75 0');
  expect(linePath([0, 0], 0)).toBe('M25 100L75 100');
});

test('bars stand on what is below them, and leave out what did not happen', () => {
  expect(barsPath([2, 0], 2)).toBe('M7.5 100V0h35V100z');
  expect(barsPath([1, 1], 2, [1, 0])).toBe('M7.5 50V0h35V50zM57.5 100V50h35V100z');
});

test('every point lies in one stretch', () => {
  expect([0, 0.49, 0.5, 1, -1].map((share) => indexAt(share, 2))).toEqual([0, 0, 1, 1, 0]);
});
