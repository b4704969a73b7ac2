import { expect, test } from 'vitest';
import { houseToken, isHouseToken } from './house-token.ts';

const now = new Date('2026-01-01T00:00:00Z');
const token = houseToken('secret', 'backup', now);

test('a house token opens its purpose for a minute, with this secret alone', () => {
  expect(isHouseToken('secret', 'backup', token, now)).toBe(true);
  expect(isHouseToken('secret', 'backup', token, new Date(now.getTime() + 60_000))).toBe(false);
  expect(isHouseToken('another', 'backup', token, now)).toBe(false);
  expect(isHouseToken('secret', 'other', token, now)).toBe(false);
});

test.each(['', '.', 'x', `zzzzzzzzzzz.${'A'.repeat(43)}`, token.slice(0, -1), `${token}A`])(
  '%j opens nothing',
  (other) => {
    expect(isHouseToken('secret', 'backup', other, now)).toBe(false);
  },
);
