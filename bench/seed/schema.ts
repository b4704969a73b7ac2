import type { Queryable } from '#store/database/database.ts';

/**
 * The seed's table. "Relevant Fields in `videos` Table": sora_job_id TEXT, sora_generation_status TEXT, sora_video_url
 * TEXT "Base64 or URL to completed video", sora_started_at and sora_completed_at TIMESTAMP, sora_error_message TEXT,
 * sora_settings JSONB. The other document stores the data URL "in `sora_video_url` JSONB field": hence `urlType`.
 */
export async function createSeedTable(database: Queryable, urlType: 'text' | 'jsonb' = 'text'): Promise<void> {
  await database.query('drop table if exists videos');
  await database.query(`
    create table videos (
      id                      text primary key,
      sora_job_id             text,
      sora_generation_status  text,
      sora_video_url          ${urlType},
      sora_started_at         timestamp,
      sora_completed_at       timestamp,
      sora_error_message      text,
      sora_settings           jsonb
    )`);
}

/** `n` generations under way at the upstream. */
export async function addActive(database: Queryable, n: number): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `insert into videos (id, sora_job_id, sora_generation_status, sora_started_at, sora_settings)
     select 'seed-' || i, 'video_' || i, 'queued', now() - i * interval '1 millisecond', '{}'
     from generate_series(1, $1::int) as i returning id`,
    [n],
  );
  return rows.map(({ id }) => id);
}
