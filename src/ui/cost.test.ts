import { expect, test } from 'vitest';
import { costLines, inBrackets, secondTime, slatePrice } from './cost.ts';
import type { CostView } from './shapes.ts';

const asked: CostView = { estimate_usd: 0.4, actual_usd: null, source: null, may_be_billed: false, known: true };
const paid: CostView = { ...asked, actual_usd: 0.42, source: 'provider' };
const guessed: CostView = { ...asked, actual_usd: 0.4, source: 'estimate' };
const free: CostView = { ...asked, estimate_usd: 0, actual_usd: 0 };
const unknown: CostView = { ...asked, estimate_usd: null, known: false };

test('the slate tells an estimate from what the provider says', () => {
  const notBilled = { ...guessed, actual_usd: 0 };
  expect([asked, paid, guessed, notBilled, free, unknown].map(slatePrice)).toEqual([
    '~$0.40',
    '$0.42',
    '~$0.40',
    '$0',
    'free',
    null,
  ]);
});

test('the receipt says what was paid and who says so', () => {
  expect(costLines(asked)).toEqual([['Estimated', '$0.40']]);
  expect(costLines(paid)).toEqual([
    ['Estimated', '$0.40'],
    ['Paid', '$0.42, says the provider'],
  ]);
  expect(costLines(guessed)).toEqual([['Paid', '$0.40, our estimate']]);
  expect(costLines({ ...guessed, may_be_billed: true })).toEqual([['Paid', '$0.40, may have been billed']]);
  expect(costLines({ ...asked, actual_usd: 0 })).toEqual([['Paid', 'nothing']]);
  expect(costLines(free)).toEqual([['Paid', 'nothing, free']]);
  expect(costLines(unknown)).toEqual([['Price', 'not known']]);
});

test('a sentence about money names the sum where it is known', () => {
  expect(`It may be billed${inBrackets(asked)}, or ${secondTime(asked)}.`).toBe(
    'It may be billed ($0.40), or a second $0.40.',
  );
  expect(`It may be billed${inBrackets(unknown)}, or ${secondTime(unknown)}.`).toBe(
    'It may be billed, or a second time.',
  );
});
