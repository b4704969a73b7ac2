import { usd } from '#ui/money.ts';
import type { ModelView, Price } from '#ui/shapes.ts';
import { resolutionOf } from './estimate.ts';

/** What a model asks: "free", "$0.10/s", "$0.10–0.40/s", "$0.30 a clip". */
export function priceName({ free, price }: Pick<ModelView, 'free' | 'price'>): string {
  if (free) return 'free';
  if (!price) return 'price not known';
  const parts = [perSecond(price), price.per_clip_usd ? `${usd(price.per_clip_usd)} a clip` : null];
  return parts.filter(Boolean).join(' + ') || 'free';
}

function perSecond({ per_second_usd }: Price): string | null {
  if (per_second_usd === null) return null;
  const prices = typeof per_second_usd === 'number' ? [per_second_usd] : Object.values(per_second_usd);
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  if (high === 0) return null;
  return low === high ? `${usd(high)}/s` : `${usd(low)}–${usd(high).slice(1)}/s`;
}

/** "480p–1080p", "720p"; null = whatever is asked for is passed on. */
export function sizesName(sizes: readonly string[] | null): string | null {
  if (!sizes?.length) return null;
  const heights = [...new Set(sizes.map(resolutionOf))].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  const [low, high] = [heights[0], heights.at(-1)];
  return low === high ? `${low}` : `${low}–${high}`;
}

/** "4, 6, 8 s"; "2–15 s" where every second is offered. */
export function secondsName(seconds: readonly number[] | null): string | null {
  if (!seconds?.length) return null;
  const sorted = [...seconds].sort((a, b) => a - b);
  const [low = 0, high = 0] = [sorted[0], sorted.at(-1)];
  const isRow = sorted.length > 3 && sorted.every((value, index) => value === low + index);
  return isRow ? `${low}–${high} s` : `${sorted.join(', ')} s`;
}

const firstFrames: Record<NonNullable<ModelView['first_frame']>, string | null> = {
  no: null,
  optional: 'first frame',
  required: 'needs a first frame',
};

/** What it can do, in few words: "720p–1080p", "4, 6, 8 s", "first frame", "sound". */
export const abilities = ({ sizes, seconds, first_frame, audio, available }: ModelView): string[] =>
  [
    !available && 'needs a key',
    sizesName(sizes),
    secondsName(seconds),
    first_frame && firstFrames[first_frame],
    audio && 'sound',
  ].filter((word): word is string => Boolean(word));

/** "ends 12 Dec; then veo-4", "ended 12 Dec"; null = no end is known. */
export function retirement({ retires }: Pick<ModelView, 'retires'>, now: Date): string | null {
  if (!retires) return null;
  const day = new Date(retires.on).toLocaleDateString(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const then = retires.instead ? `; then ${retires.instead}` : '';
  return `${isRetired({ retires }, now) ? 'ended' : 'ends'} ${day}${then}`;
}

/** Its last day, in UTC, is over. */
export const isRetired = ({ retires }: Pick<ModelView, 'retires'>, now: Date): boolean =>
  retires !== null && now.toISOString().slice(0, 10) > retires.on;
