import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextByArrow } from './arrows.ts';
import { justify, stack } from './justify.ts';

const aspects = fc.array(fc.constantFrom(16 / 9, 9 / 16, 1, 1.75, 4 / 3), { minLength: 1, maxLength: 80 });

describe('justified rows', () => {
  test('show every picture once, in order, in its own shape, and never wider than the page', () => {
    fc.assert(
      fc.property(aspects, fc.integer({ min: 600, max: 1440 }), (shapes, width) => {
        const rows = justify(shapes, width, 240, 16);
        expect(rows.flatMap((row) => row.items.map(({ index }) => index))).toEqual(shapes.map((_, index) => index));
        for (const row of rows) {
          const sum = row.items.reduce((total, item) => total + item.width, 16 * (row.items.length - 1));
          expect(sum).toBeLessThanOrEqual(width + 0.01);
          expect(row.height).toBeLessThanOrEqual(240.01);
          for (const item of row.items) expect(item.width / row.height).toBeCloseTo(shapes[item.index] ?? 0, 5);
        }
      }),
    );
  });

  test('all but the last fill the width', () => {
    const rows = justify(Array<number>(20).fill(16 / 9), 1100, 240, 16);
    for (const row of rows.slice(0, -1)) {
      expect(row.items.reduce((total, item) => total + item.width, 16 * (row.items.length - 1))).toBeCloseTo(1100, 3);
    }
  });

  test('are none before the width is known', () => {
    expect(justify([1, 1], 0, 240, 16)).toEqual([]);
    expect(stack([1, 1], 0, 460)).toEqual([]);
  });

  test('a stacked portrait is made smaller until it fits the screen', () => {
    expect(stack([9 / 16, 16 / 9], 360, 460)).toEqual([
      { height: 460, items: [{ index: 0, width: 258.75 }] },
      { height: 202.5, items: [{ index: 1, width: 360 }] },
    ]);
  });
});

describe('arrow keys', () => {
  const rows = justify(Array<number>(8).fill(16 / 9), 1000, 200, 16);

  test('left and right go on over the ends of rows, and stop at the first and the last', () => {
    expect(nextByArrow('ArrowRight', 2, rows)).toBe(3);
    expect(nextByArrow('ArrowLeft', 0, rows)).toBeNull();
    expect(nextByArrow('ArrowRight', 7, rows)).toBeNull();
  });

  test('down and up lead to the nearest card of the next row', () => {
    const down = nextByArrow('ArrowDown', 1, rows) ?? -1;
    expect(rows[1]?.items.map(({ index }) => index)).toContain(down);
    expect(nextByArrow('ArrowUp', down, rows)).toBe(1);
    expect(nextByArrow('ArrowUp', 0, rows)).toBeNull();
  });

  test('other keys mean nothing', () => expect(nextByArrow('a', 0, rows)).toBeNull());
});
