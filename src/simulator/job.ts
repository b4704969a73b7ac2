import type { DirectiveName, Faults } from './faults.ts';
import type { RenderedFiles } from './render.ts';
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
};

/** `faults` are read from the prompt, never stored. */
export type Job = StoredJob & { faults: Faults };
