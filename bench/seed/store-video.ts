import type { SeedParts, SeedRow } from './handler.ts';

/**
 * "Video Download Strategy": "1. Call `openai.videos.downloadContent(jobId)` 2. Convert ArrayBuffer to Buffer 3. Encode
 * as base64 string 4. Create data URL 5. Store in `sora_video_url`".
 */
export async function storeVideo(
  { database, openai }: SeedParts,
  video: Pick<SeedRow, 'id' | 'sora_job_id'>,
  urlType: 'text' | 'jsonb' = 'text',
): Promise<void> {
  const content = await openai.videos.downloadContent(video.sora_job_id);
  const buffer = Buffer.from(await content.arrayBuffer());
  const base64 = buffer.toString('base64');
  const dataUrl = `data:video/mp4;base64,${base64}`;
  await database.query(
    `update videos set sora_generation_status = 'completed', sora_video_url = $2, sora_completed_at = now() where id = $1`,
    [video.id, urlType === 'jsonb' ? JSON.stringify(dataUrl) : dataUrl],
  );
}
