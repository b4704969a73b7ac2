import type { Price } from '#video/cost.ts';
import type { Quantiles } from '#video/progress.ts';

export type Model = {
  /** `provider/model`. */
  id: string;
  provider: string;
  /** The name that is sent; null = none. */
  upstreamModel: string | null;
  label: string;
  free: boolean;
  /** Null = unchecked, passed on as asked. */
  sizes: string[] | null;
  seconds: number[] | null;
  /** A reference image as the first frame; null = unknown, passed on. */
  firstFrame: 'no' | 'optional' | 'required' | null;
  /** Clips come with sound; null = unknown. */
  audio: boolean | null;
  /** What can be made of a finished clip, or beside one: needs the provider's own support. */
  operations: ('remix' | 'edit' | 'extend' | 'character')[];
  /** Null = not known: it reserves nothing, counts against no cap, and says so. */
  price: Price | null;
  /** Prior of the schedule and of the ETA, until history says better. */
  typical: Quantiles;
  /** Null = the general deadline. */
  deadlineMs: number | null;
  /** The day after which its provider no longer offers it (`YYYY-MM-DD`), and what to take instead; null = none is known. */
  retires: { on: string; instead: string | null } | null;
};

export type Catalogue = {
  models(): Model[];
  aliases(): Record<string, string>;
  defaultModel(): string;
  /** By full id only. */
  get(id: string): Model | undefined;
  /** Where a take of this model may go instead, in this order, when nothing was paid. Empty where nobody allowed it. */
  fallbacksOf(id: string): Fallbacks;
};

/** `dearer` = also to a model that costs more than what was reserved. */
export type Fallbacks = { to: readonly string[]; dearer: boolean };
