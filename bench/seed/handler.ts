import type OpenAI from 'openai';
import type { Queryable } from '#store/database/database.ts';
import { storeVideo } from './store-video.ts';

/** "15 minutes … Marks videos as failed if stuck in processing for >15 minutes." */
const TIMEOUT_MINUTES = 15;

export type SeedRow = { id: string; sora_job_id: string; sora_generation_status: string; sora_started_at: Date };

export type SeedParts = { database: Queryable; openai: OpenAI };

/**
 * `app/api/cron/poll-sora-status/route.ts`, as its "Processing Flow" tells it. "Processes videos sequentially, not in
 * parallel"; "1 read + N writes", "N calls per cycle". `most` ends a cycle early: measuring a part of a long one.
 */
export async function pollSoraStatus(
  request: Request,
  { database, openai, cronSecret, most = Number.POSITIVE_INFINITY }: SeedParts & { cronSecret: string; most?: number },
): Promise<Response> {
  const startedAt = Date.now();
  // "1. Verify cron authorization (CRON_SECRET)"
  if (request.headers.get('authorization') !== `Bearer ${cronSecret}`) {
    return Response.json({ error: 'Unauthorized' }, { status: 401 });
  }
  // "2. Fetch all videos with status 'queued' or 'in_progress'", "oldest generations first (FIFO via `sora_started_at`)"
  const active = await database.query<SeedRow>(
    `select id, sora_job_id, sora_generation_status, sora_started_at from videos
     where sora_generation_status in ('queued', 'in_progress') order by sora_started_at`,
  );
  if (active.length === 0) {
    const message = 'No active generations';
    return Response.json({ success: true, message, processed: 0, duration: Date.now() - startedAt });
  }
  const results = { success: 0, failed: 0, timedOut: 0, errors: [] as string[] };
  let processed = 0;
  // "3. For each video"
  for (const video of active) {
    if (processed >= most) break;
    processed += 1;
    try {
      // "a. Check if timed out (>15 minutes) → If yes: mark as failed, continue to next"
      if ((Date.now() - video.sora_started_at.getTime()) / 60_000 > TIMEOUT_MINUTES) {
        await markFailed(database, video.id, 'Generation timed out after 15 minutes');
        results.timedOut += 1;
        continue;
      }
      // "b. Query OpenAI Sora API for job status"
      const job = await openai.videos.retrieve(video.sora_job_id);
      // "c. Handle status transitions"
      if (job.status === 'completed') {
        await storeVideo({ database, openai }, video);
        results.success += 1;
      } else if (job.status === 'failed') {
        await markFailed(database, video.id, job.error?.message ?? 'Generation failed');
        results.failed += 1;
      } else {
        await database.query('update videos set sora_generation_status = $2 where id = $1', [video.id, job.status]);
      }
    } catch (error) {
      // "d. 404 job not found → mark as failed; 503 API unavailable → skip, will retry next cycle"
      if ((error as { status?: number }).status === 404) {
        await markFailed(database, video.id, 'Job not found');
        results.failed += 1;
      } else results.errors.push(`${video.id}: ${error instanceof Error ? error.message : error}`);
    }
  }
  // "4. Log results and performance metrics"
  const message = 'Sora status polling complete';
  return Response.json({ success: true, message, processed, results, duration: Date.now() - startedAt });
}

async function markFailed(database: Queryable, id: string, message: string): Promise<void> {
  await database.query(
    `update videos set sora_generation_status = 'failed', sora_error_message = $2, sora_completed_at = now() where id = $1`,
    [id, message],
  );
}
