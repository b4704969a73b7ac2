import { expect, test } from 'vitest';
import { usd } from './money.ts';

test('money is written in cents, and finer only where cents do not say it', () => {
  expect([0, 0.4, 5, 12.345, 0.125, 0.0042, 0.000001, -0.5].map(usd)).toEqual([
    '$0',
    '$0.40',
    '$5.00',
    '$12.35',
    '$0.125',
    '$0.0042',
    '$0.000001',
    '−$0.50',
  ]);
});
