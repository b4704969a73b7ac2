import type { ModelView } from '#ui/shapes.ts';

/** `1280x720` and `720x1280` are `720p`. */
export const resolutionOf = (size: string): string => `${Math.min(...size.split('x').map(Number))}p`;

/** Dollars that one clip will cost, before it is asked for; null where the price does not say. The server counts anew. */
export function estimateUsd(
  { free, price }: Pick<ModelView, 'free' | 'price'>,
  { seconds, size }: { seconds: number; size: string },
): number | null {
  if (free) return 0;
  if (!price) return null;
  const { per_second_usd, per_clip_usd } = price;
  const perSecond =
    per_second_usd === null || typeof per_second_usd === 'number'
      ? (per_second_usd ?? 0)
      : per_second_usd[resolutionOf(size)];
  if (perSecond === undefined) return null;
  return perSecond * seconds + (per_clip_usd ?? 0);
}
