import { type FailureCode, failureOf } from './failure.ts';
import type { Attempt, Outcome, State } from './video.ts';

/**
 * What is written into the ledger, once per attempt and kind: `reserve` when it is asked for, `settle` or `release` (free)
 * when its end is known or given up, `correct` when a verdict comes after that.
 */
export type LedgerKind = 'reserve' | 'settle' | 'release' | 'correct';
/** Who says what it cost. */
export type Source = 'provider' | 'estimate';

/** By how much a move changes what is written down for its attempt, in millionths of a US dollar. */
export type Entry = { kind: Exclude<LedgerKind, 'reserve'>; amountMicroUsd: number; source: Source | null };

type Priced = Pick<Attempt, 'estimateMicroUsd' | 'costMicroUsd' | 'costSource'>;
type Settled = { entry: Entry; attempt: { costMicroUsd: number; costSource: Source | null } };

/** A step as far as money is concerned: the state it leads to, and what it says of the attempt. */
export type Step = {
  to: State;
  outcome: Outcome | null | undefined;
  code: FailureCode | null | undefined;
  /** Of the attempt after this step. */
  sent: boolean;
  /** The provider's own number. */
  costMicroUsd: number | undefined;
};

/**
 * What a step means for the money; null = nothing. A verdict settles: at the provider's number, else at nothing where the
 * failure is free, else at the estimate. Giving up counts as billed, until a late verdict corrects it.
 */
export function settlement(attempt: Priced & Pick<Attempt, 'outcome'>, step: Step): Settled | null {
  const end = endOf(attempt, step);
  if (end === null) return null;
  const { estimateMicroUsd, costMicroUsd, costSource } = attempt;
  const told = step.costMicroUsd ?? Number.NaN;
  const bill = Number.isFinite(told) && told >= 0;
  const cost: Settled['attempt'] = bill
    ? { costMicroUsd: Math.round(told), costSource: 'provider' }
    : end === 'free'
      ? { costMicroUsd: 0, costSource: 'estimate' }
      : { costMicroUsd: estimateMicroUsd ?? 0, costSource: estimateMicroUsd === null ? null : 'estimate' };
  const entry = (kind: Entry['kind'], beforeMicroUsd: number): Settled => ({
    entry: { kind, amountMicroUsd: cost.costMicroUsd - beforeMicroUsd, source: cost.costSource },
    attempt: cost,
  });
  if (costMicroUsd === null) return entry(end === 'free' && !bill ? 'release' : 'settle', estimateMicroUsd ?? 0);
  const same = cost.costMicroUsd === costMicroUsd && cost.costSource === costSource;
  if (end === 'given_up' || costSource === 'provider' || same) return null;
  return entry('correct', costMicroUsd);
}

function endOf(attempt: Pick<Attempt, 'outcome'>, { to, outcome, code, sent }: Step) {
  switch (outcome) {
    case undefined:
    case null:
      // A person or an operator calls it failed; it stays open for a late clip.
      return to === 'failed' && attempt.outcome === null ? (sent ? 'given_up' : 'free') : null;
    case 'completed':
      return 'billed';
    case 'rejected':
      return 'free';
    case 'abandoned':
      return sent ? 'given_up' : 'free';
    case 'canceled':
    case 'failed':
      // Only what was free is tried again by itself.
      if (to === 'queued') return 'free';
      return !sent || failureOf(code ?? 'unclassified').billed === 'no' ? 'free' : 'billed';
  }
}

/** Settled without the provider having said what, or whether, it bills. */
const mayBeBilled = ({ costMicroUsd, costSource, outcome }: Attempt): boolean =>
  outcome !== 'completed' &&
  ((costSource === 'estimate' && Number(costMicroUsd) > 0) || isUnknown(costMicroUsd, costSource));

const isUnknown = (costMicroUsd: number | null, source: Source | null) => costMicroUsd !== null && source === null;

export type Cost = {
  /** Of one submission; null = its price is not known. */
  estimateMicroUsd: number | null;
  /** Of all that are settled; null = none is, or nobody knows. */
  actualMicroUsd: number | null;
  /** `estimate` where that is a part of it. */
  source: Source | null;
  mayBeBilled: boolean;
  /** False = some of it has no price. */
  known: boolean;
};

/** What a video costs over all its attempts, newest last. */
export function costOf(attempts: readonly Attempt[]): Cost {
  const told = attempts.filter(({ costSource }) => costSource !== null);
  const actualMicroUsd = told.reduce((sum, { costMicroUsd }) => sum + Number(costMicroUsd), 0);
  return {
    estimateMicroUsd: attempts.at(-1)?.estimateMicroUsd ?? null,
    actualMicroUsd: told.length > 0 ? actualMicroUsd : null,
    source:
      told.length === 0 ? null : told.every(({ costSource }) => costSource === 'provider') ? 'provider' : 'estimate',
    mayBeBilled: attempts.some(mayBeBilled),
    known: attempts.every(({ estimateMicroUsd, costMicroUsd, costSource }) =>
      costMicroUsd === null ? estimateMicroUsd !== null : costSource !== null,
    ),
  };
}

/** The UTC day that a reserve counts against, `YYYY-MM-DD`. */
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** When that day ends. */
export const nextDay = (at: Date): Date =>
  new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() + 1));

const microUsd = 1_000_000;
export const toMicroUsd = (usd: number): number => Math.round(usd * microUsd);
export const toUsd = (amountMicroUsd: number): number => amountMicroUsd / microUsd;
/** `$0.40`; what is less than a cent is not rounded to nothing. */
export const dollars = (amountMicroUsd: number): string => {
  const usd = toUsd(amountMicroUsd);
  const cents = Math.round(usd * 100) / 100;
  return `$${cents === usd ? usd.toFixed(2) : String(usd)}`;
};
