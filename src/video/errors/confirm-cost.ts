import { dollars } from '../money.ts';

/** It costs more than whoever asked has agreed to: nothing is written, nothing is sent. */
export class ConfirmCost extends Error {
  override name = 'ConfirmCost';
  readonly costMicroUsd: number;
  constructor(costMicroUsd: number, maxMicroUsd: number | null) {
    super(
      maxMicroUsd === null
        ? `this is estimated to cost ${dollars(costMicroUsd)}; send max_cost_usd of at least that to agree`
        : `this is estimated to cost ${dollars(costMicroUsd)}, more than your max_cost_usd of ${dollars(maxMicroUsd)}`,
    );
    this.costMicroUsd = costMicroUsd;
  }
}
