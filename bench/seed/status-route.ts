import type { SeedParts, SeedRow } from './handler.ts';
import { storeVideo } from './store-video.ts';

/**
 * `/api/videos/[id]/sora-status`: "1. Fetch video record from database 2. Call OpenAI Sora API to get current status
 * 3. Update database with latest status 4. Return status to client". "Rate Limit: None (client-controlled)", "1 read + 1
 * write per poll", "Sora API Calls: 1 per poll".
 */
export async function getSoraStatus({ database, openai }: SeedParts, id: string): Promise<Response> {
  const [video] = await database.query<SeedRow>('select id, sora_job_id from videos where id = $1', [id]);
  if (!video) return Response.json({ error: 'Not found' }, { status: 404 });
  const job = await openai.videos.retrieve(video.sora_job_id);
  if (job.status === 'completed') await storeVideo({ database, openai }, video);
  else await database.query('update videos set sora_generation_status = $2 where id = $1', [id, job.status]);
  return Response.json({ status: job.status, progress: job.progress });
}
