import type { FailureCode } from './failure.ts';
import type { Json, JsonObject } from './video.ts';

/** One look at a job, as the provider answered it. Only `completed`, `failed` and `canceled` are verdicts. */
export type Answer =
  | { kind: 'running'; queued: boolean; progress: number | null; raw: Json }
  /** `renderMs` by the provider's own timestamps, `costMicroUsd` by its own bill, where it gives them. */
  | { kind: 'completed'; renderMs: number | null; costMicroUsd?: number; raw: Json }
  | { kind: 'failed'; code: FailureCode; message: string; costMicroUsd?: number; raw: Json }
  | { kind: 'canceled'; raw: Json }
  /** An API-shaped 404: the provider speaks, and does not know the job. */
  | { kind: 'missing'; raw: Json }
  | NoAnswer;

/** Nothing that could be a verdict: refused keys, rate limits, 5xx, network errors, bodies that do not parse. */
export type NoAnswer = {
  kind: 'no_answer';
  why: 'transient' | 'rate_limited' | 'auth' | 'protocol';
  message: string;
  retryAfterMs: number | null;
};

/** What became of the paid request. The letters are the outcome classes of docs/submission.md. */
export type Submission =
  /** C: the provider has the job. `warnings` = what it ignores of the request. */
  | { kind: 'accepted'; operation: JsonObject; upstreamId: string; warnings?: string[]; raw: Json }
  /** A: surely nothing was created: no byte of the request was written. */
  | { kind: 'unsent'; message: string }
  /** A: 429, nothing was created. */
  | { kind: 'limited'; message: string; retryAfterMs: number | null }
  /** B: the provider says no. */
  | { kind: 'rejected'; code: FailureCode; message: string; raw: Json }
  /** D: it may have been created, or not. */
  | { kind: 'unclear'; message: string };

/** A job in the provider's listing, for finding a lost create. Null = the provider does not tell. */
export type Listed = {
  upstreamId: string;
  operation: JsonObject;
  createdAt: Date;
  prompt: string | null;
  model: string | null;
  seconds: number | null;
  size: string | null;
};
