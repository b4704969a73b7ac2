import { expect, test } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const now = Date.parse('2026-11-20T12:00:00Z');

test.each<[Record<string, string>, number | null]>([
  [{}, null],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': '120' }, 120_000],
  [{ 'retry-after': ' 1.5 ' }, 1_500],
  [{ 'retry-after': 'Fri, 20 Nov 2026 12:02:00 GMT' }, 120_000],
  [{ 'retry-after': 'Fri, 20 Nov 2026 11:00:00 GMT' }, 0],
  [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
  [{ 'retry-after-ms': 'x', 'retry-after': '9' }, 9_000],
  [{ 'retry-after': 'later' }, null],
  [{ 'retry-after': '-5' }, null],
  [{ 'retry-after': '1e12' }, null],
  [{ 'retry-after': '999999999999' }, 604_800_000],
])('%j', (headers, expected) => {
  expect(retryAfterMs((name) => headers[name], now)).toBe(expected);
});
