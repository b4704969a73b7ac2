import { toJson } from '#store/json.ts';
import { type Connection, notify, now } from '#store/sql.ts';
import type { Actor, Priority } from '#video/video.ts';

/** Another place in our line; once it is sent, the provider decides. */
export async function setPriority(
  connection: Connection,
  id: string,
  ownerId: string | null,
  priority: Priority,
  actor: Actor,
): Promise<'changed' | 'same' | 'not_queued' | null> {
  const { database } = connection;
  const [row] = await database.query<{ state: string; changed: boolean }>(statement, [
    connection.now(),
    id,
    ownerId,
    priority,
    toJson(actor),
  ]);
  if (!row) return null;
  if (row.changed) await notify(connection, database, 'due', 'events');
  return row.changed ? 'changed' : row.state === 'queued' ? 'same' : 'not_queued';
}

const statement = `
  with found as (
    select id, state, priority from videos v
    where v.id = $2 and ($3::text is null or v.owner_id = $3) for update
  ), changed as (
    update videos v set priority = $4::smallint from found
    where v.id = found.id and found.state = 'queued' and found.priority <> $4
    returning v.id, v.owner_id, v.state
  ), written as (
    insert into events (video_id, owner_id, at, type, actor, state_before, state_after, data)
    select id, owner_id, ${now}, 'priority_changed', $5::jsonb, state, state, jsonb_build_object(
      'priority', case $4 when 1 then 'high' when -1 then 'low' else 'normal' end)
    from changed
  )
  select state, exists (select from changed) as changed from found`;
