/** Dollars as people write them: "$0.40", "$12.00"; under a dollar to the third figure where cents do not say it: "$0.125". */
export function usd(amount: number): string {
  if (amount === 0) return '$0';
  const size = Math.abs(amount);
  const cents = size * 100;
  const digits = size >= 1 || Math.abs(Math.round(cents) - cents) < 1e-6 ? size.toFixed(2) : trimmed(size);
  return `${amount < 0 ? '−' : ''}$${digits}`;
}

const trimmed = (size: number): string => size.toFixed(6).replace(/(\.\d\d\d*?)0+$/, '$1');
