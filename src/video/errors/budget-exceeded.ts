import { dollars } from '../money.ts';

export type Excess = {
  /** Of the owner's UTC day. */
  capMicroUsd: number;
  /** Settled, and reserved for what is still going on. */
  spentMicroUsd: number;
  /** What was asked for now. */
  wantedMicroUsd: number;
  resetsAt: Date;
};

/** The owner's daily cap leaves no room for it: nothing is written, nothing is sent. */
export class BudgetExceeded extends Error {
  override name = 'BudgetExceeded';
  readonly excess: Excess;
  constructor(excess: Excess) {
    const { capMicroUsd, spentMicroUsd, wantedMicroUsd, resetsAt } = excess;
    super(
      `this would cost ${dollars(wantedMicroUsd)}, and ${dollars(spentMicroUsd)} of the daily cap of ` +
        `${dollars(capMicroUsd)} are spent or reserved; the next day begins at ${resetsAt.toISOString()}. ` +
        'Nothing was sent. An admin can raise the cap',
    );
    this.excess = excess;
  }
}
