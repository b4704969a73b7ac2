import type { AuditEvent, AuditQuery, StoredEvent } from '#engine/system.ts';
import { toJson } from '#store/json.ts';
import { takeBack } from '#store/provider-state/circuit.ts';
import { type Connection, notify, now } from '#store/sql.ts';
import type { EventType } from '#video/lifecycle.ts';
import type { Actor, JsonObject } from '#video/video.ts';
import { columns, type EventRow, toEvent } from './live-events.ts';

/** Events of all owners, newest first; those of providers too. */
export async function audit({ database }: Connection, query: AuditQuery): Promise<AuditEvent[]> {
  const rows = await database.query<EventRow>(
    `select ${columns} from events e
     where ($1::text is null or e.actor ->> 'type' = $1 or e.actor ->> 'id' = $1)
       and ($2::text is null or e.type = $2)
       and ($3::text is null or e.video_id = $3)
       and ($4::text is null or e.owner_id = $4)
       and ($5::timestamptz is null or e.at >= $5)
       and ($6::timestamptz is null or e.at < $6)
       and ($7::bigint is null or e.id < $7)
     order by e.id desc limit $8`,
    [
      query.actor ?? null,
      query.type ?? null,
      query.videoId ?? null,
      query.ownerId ?? null,
      query.from ?? null,
      query.to ?? null,
      query.after?.split('-')[1] ?? null,
      query.limit,
    ],
  );
  return rows.map(toEvent);
}

/** Writes an event that changes nothing in the row of its video. */
export async function record(
  connection: Connection,
  videoId: string,
  { type, actor, data }: Pick<StoredEvent, 'actor' | 'data'> & { type: EventType },
): Promise<void> {
  const written = await connection.database.query(
    `insert into events (video_id, owner_id, at, type, actor, state_before, state_after, data)
     select id, owner_id, ${now}, $3, $4::jsonb, state, state, $5::jsonb from videos where id = $2
     returning 1 as written`,
    [connection.now(), videoId, type, toJson(actor), toJson(data)],
  );
  if (written.length > 0) await notify(connection, connection.database, 'events');
}

/** Lets nothing be sent to a provider, or again; what was admitted and not yet sent waits again. */
export async function setPaused(
  connection: Connection,
  provider: string,
  paused: boolean,
  actor: Actor,
): Promise<boolean> {
  const { database } = connection;
  const data: JsonObject = { provider };
  return database.transaction(async (tx) => {
    const changed = await tx.query(
      `insert into provider_state as p (provider, unclear_starts, paused_at)
       select $2, 0, ${now} where $3::boolean or exists (select from provider_state where provider = $2)
       on conflict (provider) do update set paused_at = case when $3 then ${now} end
       where (p.paused_at is not null) <> $3
       returning 1 as changed`,
      [connection.now(), provider, paused],
    );
    if (changed.length === 0) return false;
    if (paused) await tx.query(takeBack, [connection.now(), provider]);
    await tx.query(`insert into events (at, type, actor, data) values (${now}, $2, $3::jsonb, $4::jsonb)`, [
      connection.now(),
      paused ? 'provider_paused' : 'provider_resumed',
      toJson(actor),
      toJson(data),
    ]);
    await notify(connection, tx, 'due', 'events');
    return true;
  });
}
