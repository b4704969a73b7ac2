import type { HostedName } from './job.ts';
import type { Jobs } from './jobs.ts';

/** What the simulator was asked and made: for tests and demos that count submissions. Survives a restart but for `refused`. */
export type Ledger = {
  creates: { accepted: number; replayed: number; refused: number };
  /** Newest first, with those deleted. `posts`: how many POSTs were answered with this job. */
  jobs: {
    id: string;
    /** The wire it came over: `videos`, or a hosted service. */
    api: 'videos' | HostedName;
    model: string;
    size: string;
    seconds: number;
    first_frame: boolean;
    /** How often its webhook was called; null = it has none. */
    webhook_calls: number | null;
    prompt: string;
    idempotency_key: string | null;
    created_at: number;
    status: string;
    posts: number;
  }[];
};

export function ledgerOf(jobs: Jobs, refused: number): Ledger {
  const all = jobs.all();
  return {
    creates: {
      accepted: all.length,
      replayed: all.reduce((sum, job) => sum + job.posts - 1, 0),
      refused,
    },
    jobs: all.map((job) => ({
      id: job.id,
      api: job.hosted?.api ?? 'videos',
      model: job.model,
      size: job.size,
      seconds: job.seconds,
      first_frame: job.hasFirstFrame,
      webhook_calls: job.hosted?.webhook?.calls ?? null,
      prompt: job.prompt,
      idempotency_key: job.idempotencyKey ?? job.hosted?.idempotencyKey ?? null,
      created_at: Math.floor(job.createdAtMs / 1000),
      status: job.removed ?? jobs.view(job).status,
      posts: job.posts,
    })),
  };
}
