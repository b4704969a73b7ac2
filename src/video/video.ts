import { z } from 'zod';
import type { FailureCode } from './failure.ts';
import type { Source } from './money.ts';

/** Every state of a video; what each means and who moves it on stands in docs/states.md. */
export const states = [
  'queued',
  'submitting',
  'unknown',
  'needs_decision',
  'running',
  'overdue',
  'storing',
  'canceling',
  'completed',
  'failed',
  'canceled',
] as const;
export type State = (typeof states)[number];

/** The four statuses of the OpenAI protocol: all that API clients see besides `state`. */
export const statuses = ['queued', 'in_progress', 'completed', 'failed'] as const;
export type Status = (typeof statuses)[number];

const terminal: ReadonlySet<State> = new Set(['completed', 'failed', 'canceled']);

/** No further work is owed to the user. A late success may still move `failed` to `storing`. */
export const isTerminal = (state: State): boolean => terminal.has(state);

/** States whose job may be using the provider's capacity; a slot is freed at `overdue`. */
export const slotStates: readonly State[] = ['submitting', 'unknown', 'running', 'canceling'];

/** The public status of a state; `running` counts as queued while the provider says that the job waits there. */
export function statusOf(video: Pick<Video, 'state' | 'upstreamQueued'>): Status {
  switch (video.state) {
    case 'queued':
    case 'submitting':
      return 'queued';
    case 'completed':
      return 'completed';
    case 'failed':
    case 'canceled':
      return 'failed';
    case 'running':
      return video.upstreamQueued ? 'queued' : 'in_progress';
    default:
      return 'in_progress';
  }
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Higher is served first. Numbers, since as text they would sort high < low < normal. */
export const priorities = { low: -1, normal: 0, high: 1 } as const;
export type Priority = (typeof priorities)[keyof typeof priorities];

export type ProgressSource = 'provider' | 'estimate';

/** One clip that a user asked for. Times are database times. */
export type Video = {
  id: string;
  ownerId: string;
  shotId: string;
  takeNo: number;
  project: string | null;
  prompt: string;
  /** The model as asked for: an alias, a full id, or null when it was omitted. */
  model: string | null;
  /** The catalogue id that renders: `provider/model`. */
  resolvedModel: string;
  provider: string;
  seconds: number;
  /** `WIDTHxHEIGHT` in pixels. */
  size: string;
  seed: number | null;
  /** Asset ids of reference files. */
  inputs: string[];
  settings: JsonObject;
  /** What we changed of the wish, to fit what the model offers. */
  warnings: string[];
  priority: Priority;
  state: State;
  /** 0..100, never falls, 100 only when stored. */
  progress: number;
  progressSource: ProgressSource | null;
  /** The provider has accepted the job and says that it waits in its queue. */
  upstreamQueued: boolean;
  errorCode: FailureCode | null;
  /** The provider's words or ours, with secrets and URLs removed. */
  errorMessage: string | null;
  remixedFrom: string | null;
  starredAt: Date | null;
  clipAssetId: string | null;
  /** When to look next; null = nothing to look at (a queued video is admit's alone). */
  checkAt: Date | null;
  /** No look before this time (Retry-After, error backoff). */
  notBefore: Date | null;
  /** The last look; set by the claim. */
  checkedAt: Date | null;
  claimedUntil: Date | null;
  /** The fence: a save under an older number changes nothing. */
  claimSeq: number;
  /** A hint arrived while the row was claimed. */
  woken: boolean;
  /** Somebody watches until then; checks come closer. */
  watchedUntil: Date | null;
  deadlineAt: Date | null;
  cancelRequestedAt: Date | null;
  /** The last move could not be written: the row rests for an hour. Cleared by the next save. */
  poisonedAt: Date | null;
  createdAt: Date;
  acceptedAt: Date | null;
  /** The provider began to render; until then the job waits in its queue. */
  renderingAt: Date | null;
  completedAt: Date | null;
  hiddenAt: Date | null;
};

/** What goes to the provider, frozen at submit: a later change of settings never changes a paid request. */
export const requestSchema = z.object({
  /** The provider's own model name; null = send none. */
  model: z.string().nullable(),
  prompt: z.string(),
  seconds: z.number().positive(),
  size: z.string(),
  seed: z.number().int().nullable(),
  settings: z.record(z.string(), z.json()),
  inputs: z.array(z.string()),
  /** Made of a finished clip of the same provider, or (`upstreamId` null) of the video that is the only input. */
  from: z
    .object({
      operation: z.enum(['remix', 'edit', 'extend']),
      upstreamId: z.string().nullable(),
      /** What an extension adds; `seconds` is the whole. */
      addedSeconds: z.number().positive().optional(),
    })
    .optional(),
  /** The provider's ids of those who appear. */
  characters: z.array(z.string()).optional(),
});
export type Request = z.infer<typeof requestSchema>;

/** What our looking has gathered about one attempt; each part is cleared by the answer that ends it. */
export const watchSchema = z.object({
  /** The provider gives no usable answer: since when, why, how often in a row. */
  trouble: z
    .object({ kind: z.enum(['transient', 'rate_limited', 'auth', 'protocol']), since: z.string(), count: z.number() })
    .optional(),
  /** The provider says that it does not know the job. */
  missing: z.object({ since: z.string(), count: z.number() }).optional(),
  /** Complete listings without a match while the outcome of the create is unknown. */
  listings: z.object({ since: z.string(), count: z.number() }).optional(),
  /** Progress as the provider reported it, and when it last moved. */
  progress: z.object({ percent: z.number(), movedAt: z.string() }).optional(),
  /** Failed tries to copy the file. */
  downloads: z.object({ count: z.number(), reason: z.string() }).optional(),
  /** The provider was asked to cancel, and what it said. */
  cancel: z.object({ at: z.string(), refused: z.boolean() }).optional(),
  /** The user wants a result that arrives after a cancel to be thrown away. */
  discard: z.boolean().optional(),
  /** The provider was told where to call us. */
  webhook: z.boolean().optional(),
  /** Nothing reached the provider so far: tries to connect. */
  unsent: z.object({ count: z.number(), reason: z.string() }).optional(),
});
export type Watch = z.infer<typeof watchSchema>;

export const outcomes = ['rejected', 'completed', 'failed', 'canceled', 'abandoned'] as const;
export type Outcome = (typeof outcomes)[number];

/** One submission of a video to a provider: the thing that costs money. Open while sent and without an outcome. */
export type Attempt = {
  id: string;
  videoId: string;
  /** 1, 2, … within the video. */
  n: number;
  provider: string;
  request: Request;
  requestHash: string;
  /** Committed before the first byte leaves; null again after proof that nothing was created. */
  sentAt: Date | null;
  /** The provider's handle, opaque to us. */
  operation: JsonObject | null;
  upstreamId: string | null;
  /** Which of the provider's keys it was sent with; null = not sent, or without one. */
  credentialId: string | null;
  outcome: Outcome | null;
  error: string | null;
  checks: number;
  /** When our looking ends without a verdict. */
  watchUntil: Date | null;
  watch: Watch;
  /** The provider's last answer: secrets stripped, at most 8 kB. */
  raw: Json;
  /** What it was expected to cost when it was asked for, in millionths of a US dollar; null = the price is not known. */
  estimateMicroUsd: number | null;
  /** What it came to; null = not settled yet. 0 without a `costSource` = nobody knows. */
  costMicroUsd: number | null;
  costSource: Source | null;
};

export const assetKinds = ['clip', 'thumbnail', 'spritesheet', 'reference'] as const;
export type AssetKind = (typeof assetKinds)[number];

/** A stored file. */
export type Asset = {
  id: string;
  videoId: string | null;
  attemptId: string | null;
  kind: AssetKind;
  /** Storage key, made of our ids only: `video/attempt/kind`. */
  key: string;
  contentType: string;
  bytes: number;
  sha256: string;
  width: number | null;
  height: number | null;
  durationMs: number | null;
};

export type Actor = { type: 'user' | 'api_key' | 'system' | 'provider' | 'webhook' | 'cron'; id?: string };

/**
 * A video and its newest attempt under a claim: the fence is `video.claimSeq`, `at` the database's time of the claim;
 * `video.checkedAt` is still the look before this one.
 */
export type Claimed = { video: Video; attempt: Attempt; at: Date };
