import type { AuditEvent, StoredEvent } from '#engine/system.ts';
import type { Connection } from '#store/sql.ts';
import type { Actor, JsonObject, State } from '#video/video.ts';

export type EventRow = {
  cursor: string;
  video_id: string | null;
  owner_id: string | null;
  at: Date;
  type: string;
  actor: Actor;
  state_before: State | null;
  state_after: State | null;
  data: JsonObject;
};

export const columns = `e.xid::text || '-' || e.id as cursor, e.video_id, e.owner_id, e.at, e.type, e.actor,
  e.state_before, e.state_after, e.data`;

/**
 * Ids are given before a commit, so a reader who goes by ids alone skips what commits late. Below this, all is done; a
 * transaction that stays open anywhere on the server holds the newest back as long.
 */
const settled = 'e.xid < pg_snapshot_xmin(pg_current_snapshot())';

export const toEvent = (row: EventRow): AuditEvent => ({
  cursor: row.cursor,
  videoId: row.video_id,
  ownerId: row.owner_id,
  at: row.at,
  type: row.type,
  actor: row.actor,
  stateBefore: row.state_before,
  stateAfter: row.state_after,
  data: row.data,
});

/** Timelines and streams are about videos; what happens to a provider is only in the audit. */
const ofVideo = (event: AuditEvent): event is StoredEvent => event.videoId !== null && event.ownerId !== null;

/** The timeline of one video, oldest first. */
export async function events(
  { database }: Connection,
  videoId: string,
  ownerId: string | null,
): Promise<StoredEvent[]> {
  const rows = await database.query<EventRow>(
    `select ${columns} from events e where e.video_id = $1 and ($2::text is null or e.owner_id = $2) order by e.id`,
    [videoId, ownerId],
  );
  return rows.map(toEvent).filter(ofVideo);
}

/** Committed events behind the cursor; `more` = others are committed or under way behind those given. */
export async function eventsAfter(
  { database }: Connection,
  cursor: string,
  limit: number,
): Promise<{ events: StoredEvent[]; more: boolean }> {
  const [xid = '0', id = '0'] = cursor.split('-');
  const [row] = await database.query<{ events: (EventRow & { at: string })[]; more: boolean }>(eventsAfterStatement, [
    xid,
    id,
    limit,
  ]);
  const found = (row?.events ?? []).map((event) => toEvent({ ...event, at: new Date(event.at) }));
  return { events: found.filter(ofVideo), more: row?.more ?? false };
}

const eventsAfterStatement = `
  with page as (
    select e.xid, e.id, ${columns} from events e
    where (e.xid, e.id) > ($1::xid8, $2::bigint) and ${settled} and e.video_id is not null
    order by e.xid, e.id limit $3
  ), last as (
    select xid, id from page order by xid desc, id desc limit 1
  )
  select
    (select coalesce(json_agg(p order by p.xid, p.id), '[]') from page p) as events,
    exists (
      select from events e where e.video_id is not null and (e.xid, e.id) > (
        coalesce((select xid from last), $1::xid8), coalesce((select id from last), $2::bigint))
    ) as more`;

/** Where a stream begins: everything committed later comes behind this cursor. */
export async function latestCursor({ database }: Connection): Promise<string> {
  const [row] = await database.query<{ cursor: string }>(
    `select e.xid::text || '-' || e.id as cursor from events e where ${settled} order by e.xid desc, e.id desc limit 1`,
  );
  return row?.cursor ?? '0-0';
}
