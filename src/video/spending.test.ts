import { describe, expect, it } from 'vitest';
import { BudgetExceeded } from './errors/budget-exceeded.ts';
import { addedBy, everybody, refuseExcess, spendingOf } from './spending.ts';
import { at } from './testing.ts';

const spent = { ownerId: 'owner', spentMicroUsd: 700, at: at(60) };
const caps = (entries: Record<string, number | null>) => new Map(Object.entries(entries));

describe('a cap', () => {
  it("is the owner's own, else the one that an admin set for all, else the configured", () => {
    expect(spendingOf(caps({ owner: 5, [everybody]: 7 }), 9, spent)).toEqual({
      capMicroUsd: 5,
      own: true,
      defaultCapMicroUsd: 7,
      spentMicroUsd: 700,
      resetsAt: new Date('2026-01-02T00:00:00Z'),
    });
    expect(spendingOf(caps({ other: 5, [everybody]: 7 }), 9, spent)).toMatchObject({ capMicroUsd: 7, own: false });
    expect(spendingOf(caps({}), 9, spent)).toMatchObject({ capMicroUsd: 9, own: false, defaultCapMicroUsd: 9 });
  });

  it('of all is kept under a name that older rows hold', () => {
    expect(everybody).toBe('*');
  });

  it('can be none', () => {
    expect(spendingOf(caps({ owner: null }), 9, spent)).toMatchObject({ capMicroUsd: null, own: true });
    expect(spendingOf(caps({ [everybody]: null }), 9, spent).capMicroUsd).toBeNull();
  });

  it('is kept to the last millionth, and what costs nothing passes', () => {
    const spending = spendingOf(caps({}), 1_000, spent);
    expect(() => refuseExcess(spending, 300)).not.toThrow();
    expect(() => refuseExcess(spending, 301)).toThrow(BudgetExceeded);
    expect(() => refuseExcess(spending, 301)).toThrow(
      expect.objectContaining({
        name: 'BudgetExceeded',
        excess: {
          capMicroUsd: 1_000,
          spentMicroUsd: 700,
          wantedMicroUsd: 301,
          resetsAt: new Date('2026-01-02T00:00:00Z'),
        },
      }),
    );
    expect(() => refuseExcess({ ...spending, spentMicroUsd: 2_000 }, 0)).not.toThrow();
    expect(() => refuseExcess({ ...spending, capMicroUsd: null }, 1e9)).not.toThrow();
  });
});

describe('a new attempt', () => {
  const released = { kind: 'release' as const, amountMicroUsd: -400, source: 'estimate' as const };
  const next = { id: 'attempt_2', n: 2 };

  it('costs what the one before was estimated at, or what it says itself', () => {
    expect(addedBy({ nextAttempt: next, entry: null }, 400, true)).toBe(400);
    expect(addedBy({ nextAttempt: { ...next, estimateMicroUsd: 250 }, entry: null }, 400, true)).toBe(250);
    expect(addedBy({ nextAttempt: { ...next, estimateMicroUsd: null }, entry: null }, 400, true)).toBe(0);
    expect(addedBy({ nextAttempt: next, entry: null }, null, true)).toBe(0);
  });

  it('uses what its move gives back, where that was reserved today', () => {
    expect(addedBy({ nextAttempt: next, entry: released }, 400, true)).toBe(0);
    expect(addedBy({ nextAttempt: next, entry: released }, 400, false)).toBe(400);
    expect(addedBy({ nextAttempt: null, entry: released }, 400, true)).toBe(0);
  });
});
