import { expect, test } from 'vitest';
import { about, age, ordinal, range, rangeLeft, timecode } from './time.ts';

const s = 1_000;
const min = 60_000;

test.each([
  [{ p50_ms: 2 * min, p90_ms: 4 * min }, '2–4 min left'],
  [{ p50_ms: 70 * s, p90_ms: 115 * s }, '1–2 min left'],
  [{ p50_ms: 10 * s, p90_ms: 20 * s }, '10–20 s left'],
  [{ p50_ms: 9 * s, p90_ms: 11 * s }, 'about 10 s left'],
  [{ p50_ms: 1 * s, p90_ms: 3 * s }, 'a few seconds left'],
  [{ p50_ms: 0, p90_ms: 0 }, 'a few seconds left'],
  [{ p50_ms: -5 * s, p90_ms: 8 * s }, '5–10 s left'],
  [{ p50_ms: 115 * s, p90_ms: 119 * s }, 'about 2 min left'],
  [{ p50_ms: 100 * min, p90_ms: 170 * min }, '2–3 h left'],
])('a range of %o reads "%s"', (eta, words) => expect(rangeLeft(eta)).toBe(words));

test('a range that is given backwards is turned round', () => {
  expect(range({ p50_ms: 4 * min, p90_ms: 2 * min })).toBe('2–4 min');
});

test.each([
  [10 * s, '~10 s'],
  [900, '~5 s'],
  [120 * s, '~2 min'],
  [100 * min, '~2 h'],
])('%d ms is said as %s', (ms, words) => expect(about(ms)).toBe(words));

test.each([
  [0, '0:00'],
  [7_900, '0:07'],
  [760_000, '12:40'],
  [3_723_000, '1:02:03'],
  [-4_000, '0:00'],
])('%d ms on the clock is %s', (ms, code) => expect(timecode(ms)).toBe(code));

test('places in line are counted as people count', () => {
  expect([1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinal)).toEqual([
    '1st',
    '2nd',
    '3rd',
    '4th',
    '11th',
    '12th',
    '13th',
    '21st',
    '102nd',
    '111th',
  ]);
});

test.each([
  [-5_000, '0 s'],
  [42_900, '42 s'],
  [60_000, '1 min'],
  [3 * 3_600_000 + 59 * 60_000, '3 h'],
  [49 * 3_600_000, '2 d'],
])('%d ms have lasted %s', (ms, said) => expect(age(ms)).toBe(said));
