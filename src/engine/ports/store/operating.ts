import type { Watch } from '#video/video.ts';
import type { VideoDetails } from './videos.ts';

export type Trouble = NonNullable<Watch['trouble']>;

/** What goes on at one provider: of all owners, deleted ones too, nothing that is over. */
export type Activity = {
  provider: string;
  running: number;
  queued: number;
  overdue: number;
  needsDecision: number;
  /** When the oldest of them was asked for; null = there is none. */
  oldestAt: Date | null;
  /** What keeps it from answering, the most frequent kind: since when, and for how many videos. */
  trouble: { kind: Trouble['kind']; since: Date; videos: number } | null;
  pausedAt: Date | null;
  /** Its last creates were unclear. */
  stoppedAt: Date | null;
  /** It does not answer: nothing is asked until the next try. */
  openedAt: Date | null;
  nextTryAt: Date | null;
  /** Of all time: its calls that were verified, those that were not, and verdicts that a look found without a call. */
  calls: { verified: number; refused: number; missed: number };
};

/** What happened in one stretch of time, and how many waited and ran at its end. */
export type Bucket = {
  at: Date;
  asked: number;
  accepted: number;
  stored: number;
  failed: number;
  queued: number;
  running: number;
};

/** What an operator looks at, and what keeps the store itself going. */
export type Operating = {
  /** Every provider that has something going on, or was ever paused or stopped. */
  activity(): Promise<Activity[]>;
  /** Videos that may need a person: undecided, overdue, poisoned, in trouble, or of none of these providers; oldest first. */
  troubled(providers: string[], limit: number): Promise<VideoDetails[]>;
  /** From events: buckets of `bucketMs` from `from` until now. */
  throughput(from: Date, bucketMs: number): Promise<Bucket[]>;
  /** One process at a time: false = another holder has it, for at most as long as it said. */
  takeTurn(name: string, holder: string, forMs: number): Promise<boolean>;
  endTurn(name: string, holder: string): Promise<void>;
  /** Counts the engine's starts, for the receipts. */
  recordBoot(): Promise<void>;
  bootsBetween(from: Date, to: Date): Promise<number>;
  /** Which database this is. */
  version(): Promise<{ kind: 'embedded' | 'server'; version: string }>;
  check(): Promise<void>;
  close(): Promise<void>;
};
