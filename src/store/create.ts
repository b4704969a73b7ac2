import type { NewVideo } from '#engine/system.ts';
import { QueueFull } from '#video/queue-full.ts';
import { toJson } from './json.ts';
import { newVideo } from './new-video.ts';
import { attemptRows, videoRows } from './rows.ts';
import { type Connection, notify, now } from './sql.ts';

const videoColumns = videoRows.keysBut('createdAt');

/** Rows, first attempts and first events in one transaction. Throws `QueueFull` when an owner's queued exceed `limit`. */
export async function create(connection: Connection, asked: NewVideo[], limit: number): Promise<void> {
  const { database } = connection;
  const begun = asked.map(newVideo);
  const events = asked.map(({ id, ownerId, actor, data }) => ({ id, ownerId, actor, data }));
  await database.transaction(async (tx) => {
    for (const ownerId of new Set(asked.map((video) => video.ownerId))) {
      // Counting and adding is one step per owner, or two requests at once would both still find room.
      await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${database.schema} create ${ownerId}`]);
      const more = asked.filter((video) => video.ownerId === ownerId).length;
      const [queued] = await tx.query<{ full: boolean }>(
        `select count(*) + $2::int > $3::int as full from videos where owner_id = $1 and state = 'queued'`,
        [ownerId, more, limit],
      );
      if (queued?.full) throw new QueueFull(limit);
    }
    await tx.query(statement, [
      connection.now(),
      toJson(begun.map(({ video }) => videoRows.write(video))),
      toJson(begun.map(({ attempt }) => attemptRows.write(attempt))),
      toJson(events),
    ]);
    await notify(connection, tx, 'due', 'events');
  });
}

const statement = `
  with new_videos as (
    insert into videos (${videoRows.list(videoColumns)}, created_at)
    select ${videoRows.list(videoColumns)}, ${now} from jsonb_populate_recordset(null::videos, $2::jsonb)
  ), new_attempts as (
    insert into attempts (${attemptRows.list()})
    select ${attemptRows.list()} from jsonb_populate_recordset(null::attempts, $3::jsonb)
  )
  insert into events (video_id, owner_id, at, type, actor, state_after, data)
  select id, "ownerId", ${now}, 'created', actor, 'queued', data
  from jsonb_to_recordset($4::jsonb) as e(id text, "ownerId" text, actor jsonb, data jsonb)`;
