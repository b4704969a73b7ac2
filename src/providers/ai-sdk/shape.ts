import { resolutionOf } from '#video/cost.ts';

/** `1280x720` → `16:9`: hosted services ask for a shape and a tier instead of pixels. */
export function aspectRatioOf(size: string): `${number}:${number}` {
  const [width = 16, height = 9] = size.split('x').map(Number);
  const known = ratios.find(([across, down]) => Math.abs(width / height - across / down) < 0.03);
  if (known) return `${known[0]}:${known[1]}`;
  const divisor = greatestCommonDivisor(width, height);
  return `${width / divisor}:${height / divisor}`;
}

/** 1792x1024 is sold as 16:9, and 854x480 too. */
const ratios = [
  [16, 9],
  [9, 16],
  [1, 1],
  [4, 3],
  [3, 4],
  [3, 2],
  [2, 3],
  [21, 9],
] as const;

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** `720x1280` → `720p`, whichever way it stands. */
export const tierOf = resolutionOf;
