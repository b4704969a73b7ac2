/** What a clip costs at its provider, in US dollars as its price list has them. */
export type Price = {
  /** Per second of clip; by resolution (the shorter side: `720p`, `1080p`) where it depends on it. */
  perSecondUsd?: number | Record<string, number>;
  /** Per clip, whatever its length. */
  perClipUsd?: number;
  /** Where it stands, and when it was read (`YYYY-MM-DD`). */
  source: string;
  asOf: string;
};

const microUsd = 1_000_000;

/** Millionths of a US dollar, rounded up: an estimate must not fall short. Null where the price does not say. */
export function estimateOf(price: Price | null, { seconds, size }: { seconds: number; size: string }): number | null {
  if (!price) return null;
  const { perSecondUsd = 0, perClipUsd = 0 } = price;
  const perSecond = typeof perSecondUsd === 'number' ? perSecondUsd : perSecondUsd[resolutionOf(size)];
  if (perSecond === undefined) return null;
  // To a thousandth of a millionth first: 0.1 × 3 is not 0.30000000000000004 dollars.
  return Math.ceil(Number(((perSecond * seconds + perClipUsd) * microUsd).toFixed(3)));
}

/** `1280x720` and `720x1280` are `720p`. */
export const resolutionOf = (size: string): string => `${Math.min(...size.split('x').map(Number))}p`;
