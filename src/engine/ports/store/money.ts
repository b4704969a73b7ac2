import type { LedgerEntry, Spend, Spending } from '#video/spending.ts';
import type { Actor } from '#video/video.ts';

/** Of one owner, in the place of what is configured for everybody; null = as configured. */
export type OwnerLimits = { maxRunning: number | null; maxQueued: number | null };

/** What owners may spend, and what they have spent. */
export type Money = {
  /** Of today. */
  spending(ownerId: string): Promise<Spending>;
  /** The owners with a cap of their own. */
  ownCaps(): Promise<{ ownerId: string; capMicroUsd: number | null }[]>;
  /** Of an owner, or without one the default; `default` takes an own cap away. Writes an event. */
  setCap(ownerId: string | null, capMicroUsd: number | null | 'default', actor: Actor): Promise<void>;
  /** What an admin let one owner run and queue. */
  ownerLimits(ownerId: string): Promise<OwnerLimits>;
  /** What is left out stays; null = as configured again. Writes an event. */
  setOwnerLimits(ownerId: string, wish: Partial<OwnerLimits>, actor: Actor): Promise<void>;
  /** What is written down about the money of a video, oldest first. */
  ledgerOf(videoId: string): Promise<LedgerEntry[]>;
  /** By day (`YYYY-MM-DD`, UTC, both included) and model; null = all owners. */
  spendBetween(ownerId: string | null, from: string, to: string): Promise<Spend[]>;
};
