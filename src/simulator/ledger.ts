import type { Jobs } from './jobs.ts';

/** What the simulator was asked and made: for tests and demos that count submissions. Survives a restart but for `refused`. */
export type Ledger = {
  creates: { accepted: number; replayed: number; refused: number };
  /** Newest first, with those deleted. `posts`: how many POSTs were answered with this job. */
  jobs: {
    id: string;
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
      prompt: job.prompt,
      idempotency_key: job.idempotencyKey,
      created_at: Math.floor(job.createdAtMs / 1000),
      status: job.removed ?? jobs.view(job).status,
      posts: job.posts,
    })),
  };
}
