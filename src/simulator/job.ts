import type { RenderedFiles } from '#simulator/picture/render.ts';
import type { DirectiveName, Faults } from './faults.ts';
import type { Plan } from './timeline.ts';

/** A job as it lies on the disk. */
export type StoredJob = {
  id: string;
  /** Order of creation; two jobs can share a millisecond. */
  seq: number;
  createdAtMs: number;
  prompt: string;
  model: string;
  size: string;
  width: number;
  height: number;
  seconds: number;
  plan: Plan;
  /** A reference image lies beside the clips. */
  hasFirstFrame: boolean;
  idempotencyKey: string | null;
  fingerprint: string;
  /** How many POSTs were answered with this job: 1 + replays. */
  posts: number;
  /** How often a counted directive has been used. */
  spent: Partial<Record<DirectiveName, number>>;
  /** `clip` is the name of its files without extension. */
  rendered: { atMs: number; clip: string; files: RenderedFiles } | null;
  renderError: { code: string; message: string } | null;
  /** A removed job keeps its record, so that its idempotency key is never used for a second job. */
  removed: 'deleted' | 'forgotten' | null;
  /** What came over the wire of a hosted service; left out = `/v1/videos`. */
  hosted?: HostedPart;
  canceledAtMs?: number;
  /** The job that it is made of. */
  madeFrom?: string;
};

export const hostedNames = ['fal', 'google', 'replicate', 'xai'] as const;
export type HostedName = (typeof hostedNames)[number];

export type HostedPart = {
  api: HostedName;
  /** What was asked for, with `[image]` in the place of an image: lists and answers repeat it. */
  input: Record<string, unknown>;
  /** Sent with the create, and looked at by nobody: none of these services is known to deduplicate. */
  idempotencyKey: string | null;
  /** Called when the job ends; `nextAtMs` null = no more calls. */
  webhook: { url: string; calls: number; nextAtMs: number | null } | null;
};

/** `faults` are read from the prompt, never stored. */
export type Job = StoredJob & { faults: Faults };
