import { usd } from './money.ts';
import type { CostView } from './shapes.ts';

/** What the slate says of the price: "$0.40", "~$0.40" while only the estimate stands for it, "free"; null = not known. */
export function slatePrice({ estimate_usd, actual_usd, source }: CostView): string | null {
  const amount = actual_usd ?? estimate_usd;
  if (amount === null) return null;
  if (amount === 0 && estimate_usd === 0) return 'free';
  return source === 'provider' || amount === 0 ? usd(amount) : `~${usd(amount)}`;
}

/** One more try, in brackets behind a sentence: " ($0.40)"; empty where it is free or not known. */
export const inBrackets = ({ estimate_usd }: CostView): string => (estimate_usd ? ` (${usd(estimate_usd)})` : '');

/** "a second $0.40"; "a second time" where the price is not known. */
export const secondTime = ({ estimate_usd }: CostView): string =>
  estimate_usd ? `a second ${usd(estimate_usd)}` : 'a second time';

/** The lines of a receipt about money, each with its number and who says so. */
export function costLines({ estimate_usd, actual_usd, source, may_be_billed }: CostView): [string, string][] {
  const estimate: [string, string][] =
    estimate_usd === null ? [['Price', 'not known']] : [['Estimated', usd(estimate_usd)]];
  if (estimate_usd === 0 && !actual_usd) return [['Paid', 'nothing, free']];
  if (actual_usd === null) return may_be_billed ? [...estimate, ['Paid', 'may have been billed']] : estimate;
  if (actual_usd === 0 && !may_be_billed) return [['Paid', 'nothing']];
  if (may_be_billed) return [['Paid', `${usd(actual_usd)}, may have been billed`]];
  if (source !== 'provider') return [['Paid', `${usd(actual_usd)}, our estimate`]];
  return [...(estimate_usd === null ? [] : estimate), ['Paid', `${usd(actual_usd)}, says the provider`]];
}
