import type { Database, Queryable } from '#store/database/database.ts';
import { toJson } from '#store/json.ts';
import { channelName } from '#store/sql.ts';
import type { EventType } from '#video/lifecycle.ts';
import type { Actor, JsonObject } from '#video/video.ts';

/** An event that is about no video: what an admin changed, who came in. In the transaction of what it tells of. */
export async function writeEvent(
  database: Database,
  tx: Queryable,
  event: { type: EventType; actor: Actor; data: JsonObject },
): Promise<void> {
  await tx.query(
    `with written as (insert into events (at, type, actor, data) values (now(), $1, $2::jsonb, $3::jsonb))
     select pg_notify($4, '')`,
    [event.type, toJson(event.actor), toJson(event.data), channelName(database, 'events')],
  );
}
