import { BudgetExceeded } from './errors/budget-exceeded.ts';
import type { Move } from './lifecycle.ts';
import { type LedgerKind, nextDay, type Source } from './money.ts';

/** What an owner may spend on a UTC day, in millionths of a US dollar; null = no cap. */
export type Spending = {
  capMicroUsd: number | null;
  /** The cap is this owner's own, not the default. */
  own: boolean;
  defaultCapMicroUsd: number | null;
  /** Settled, and reserved for what is still going on. */
  spentMicroUsd: number;
  resetsAt: Date;
};

/** The entries of an attempt add up to what it costs, as far as that is known. `day` is that of its reserve. */
export type LedgerEntry = {
  attemptId: string;
  kind: LedgerKind;
  amountMicroUsd: number;
  /** Null = the price is not known. */
  source: Source | null;
  day: string;
};

/** What one model cost on one UTC day. */
export type Spend = {
  day: string;
  model: string;
  submissions: number;
  /** Of those, how many have no known price. */
  unpriced: number;
  /** Of the settled ones alone: comparable with what they came to. */
  estimateMicroUsd: number;
  actualMicroUsd: number;
  /** The part that only the estimate stands for. */
  byEstimateMicroUsd: number;
  /** For what is still going on. */
  reservedMicroUsd: number;
};

/** The name under which the default cap is kept, for whoever has none of their own. */
export const everybody = '*';

/** Own cap, else the default that an admin set, else the configuration's. */
export function spendingOf(
  caps: ReadonlyMap<string, number | null>,
  configuredMicroUsd: number | null,
  { ownerId, spentMicroUsd, at }: { ownerId: string; spentMicroUsd: number; at: Date },
): Spending {
  const capOf = (id: string, otherwise: number | null) => (caps.has(id) ? (caps.get(id) ?? null) : otherwise);
  const defaultCapMicroUsd = capOf(everybody, configuredMicroUsd);
  return {
    capMicroUsd: capOf(ownerId, defaultCapMicroUsd),
    own: caps.has(ownerId),
    defaultCapMicroUsd,
    spentMicroUsd,
    resetsAt: nextDay(at),
  };
}

/**
 * By how much a move and the attempt that it makes add to what its owner spends today: what it gives back counts on the
 * day of its reserve. `estimateMicroUsd` = of the attempt that it ends.
 */
export function addedBy(
  { nextAttempt, entry }: Pick<Move, 'nextAttempt' | 'entry'>,
  estimateMicroUsd: number | null,
  reservedToday: boolean,
): number {
  const wanted = nextAttempt?.estimateMicroUsd === undefined ? estimateMicroUsd : nextAttempt.estimateMicroUsd;
  return (wanted ?? 0) + (reservedToday ? (entry?.amountMicroUsd ?? 0) : 0);
}

/** Throws `BudgetExceeded` where the cap leaves no room. What costs nothing needs none. */
export function refuseExcess({ capMicroUsd, spentMicroUsd, resetsAt }: Spending, wantedMicroUsd: number): void {
  if (capMicroUsd === null || wantedMicroUsd === 0 || spentMicroUsd + wantedMicroUsd <= capMicroUsd) return;
  throw new BudgetExceeded({ capMicroUsd, spentMicroUsd, wantedMicroUsd, resetsAt });
}
