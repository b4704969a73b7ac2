import { submit } from '#engine/submit.ts';
import type { System } from '#engine/system.ts';
import type { Database } from '#store/database/database.ts';
import { model } from '../engine.ts';

/** What a server of `/v1/videos` says of a job that renders. */
export const raw = { id: 'video_1', object: 'video', status: 'in_progress', progress: 40, model: 'stub', seconds: '4' };

const atOnce = 10_000;

/** So many running videos, due within `spreadMs`: one comes in by the front door, the others are its copies. */
export async function addRunning(system: System, database: Database, count: number, spreadMs: number): Promise<void> {
  const actor = { type: 'user' as const, id: 'bench' };
  await submit(system, { ownerId: 'bench', actor, prompt: 'a fox', model, seconds: 4, size: '320x180', count: 1 });
  await database.query(
    `update videos set state = 'running', accepted_at = now(), check_at = now(), deadline_at = now() + interval '1 day'`,
  );
  await database.query(
    `update attempts set sent_at = now(), watch_until = now() + interval '2 days', upstream_id = 'video_0',
       operation = '{"id": "video_0"}'`,
  );
  const [first] = await database.query<{ id: string }>('select id from videos');
  for (let from = 1; from < count; from += atOnce) {
    const upTo = Math.min(count, from + atOnce) - 1;
    await database.query(
      `insert into videos select copy.* from videos v, generate_series($1::int, $2::int) copies(nth),
         jsonb_populate_record(v, jsonb_build_object('id', 'video_' || nth,
           'check_at', now() + random() * $4::float8 * interval '1 ms')) copy
       where v.id = $3`,
      [from, upTo, first?.id, spreadMs],
    );
    await database.query(
      `insert into attempts select copy.* from attempts a, generate_series($1::int, $2::int) copies(nth),
         jsonb_populate_record(a, jsonb_build_object('id', 'attempt_' || nth, 'video_id', 'video_' || nth,
           'upstream_id', 'video_' || nth, 'operation', jsonb_build_object('id', 'video_' || nth))) copy
       where a.video_id = $3`,
      [from, upTo, first?.id],
    );
  }
  await database.query('analyze');
}
