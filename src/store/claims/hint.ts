import { toJson } from '#store/json.ts';
import { type Connection, notify, now, soon, terminal, unclaimed } from '#store/sql.ts';
import type { Actor } from '#video/video.ts';

/** Somebody who watches is written down again only when so much of the time has passed. */
const watchedEveryMs = 30_000;

/** A look that comes sooner; where a worker looks just now, it is remembered for after its save. */
const nudged = `
  woken = v.woken or not ${unclaimed},
  check_at = case when ${unclaimed} then least(v.check_at, ${soon}) else v.check_at end`;

/** Brings looks closer. Never touches a queued row (admit's alone), a fence, or a result. Returns how many rows. */
export async function hint(
  connection: Connection,
  which: { ids: string[] } | { provider: string } | 'all',
  { restMs = 0 }: { restMs?: number } = {},
): Promise<number> {
  const ids = typeof which === 'object' && 'ids' in which ? which.ids : null;
  const provider = typeof which === 'object' && 'provider' in which ? which.provider : null;
  const nearer = await connection.database.query(hintStatement, [connection.now(), ids, provider, restMs]);
  if (nearer.length > 0) await notify(connection, connection.database, 'due');
  return nearer.length;
}

const hintStatement = `
  with meant as (
    select v.id from videos v
    where v.check_at is not null and v.state <> 'queued'
      and ($2::text[] is null or v.id = any($2)) and ($3::text is null or v.provider = $3)
      and ($4::double precision = 0 or v.checked_at is null
        or v.checked_at <= ${now} - $4 * interval '1 millisecond')
    order by v.id for update
  )
  update videos v set ${nudged} from meant where v.id = meant.id
  returning 1 as nearer`;

/** The wish to cancel (and to hide) a video that a worker holds: its next step sees it. */
export async function requestCancel(connection: Connection, id: string, hide: boolean, actor: Actor): Promise<void> {
  const wished = await connection.database.query(cancelStatement, [connection.now(), id, hide, toJson(actor)]);
  if (wished.length > 0) await notify(connection, connection.database, 'due', 'events');
}

const cancelStatement = `
  with wished as (
    update videos v set
      cancel_requested_at = case
        when v.state in (${terminal}) then v.cancel_requested_at
        else coalesce(v.cancel_requested_at, ${now})
      end,
      hidden_at = case when $3::boolean then coalesce(v.hidden_at, ${now}) else v.hidden_at end,
      woken = v.woken or not ${unclaimed},
      check_at = case
        when v.check_at is null or v.state = 'queued' or not ${unclaimed} then v.check_at
        else least(v.check_at, ${soon})
      end
    where v.id = $2 and ($3 or v.state not in (${terminal}))
    returning v.*
  )
  insert into events (video_id, owner_id, at, type, actor, state_before, state_after, data)
  select id, owner_id, ${now}, case when $3 then 'deleted' else 'cancel_requested' end, $4::jsonb, state, state, '{}'
  from wished
  returning 1 as wished`;

/** Somebody watches for so long: checks come closer meanwhile. Written at most every 30 s. */
export async function markWatched({ database, now: time }: Connection, id: string, forMs: number): Promise<void> {
  await database.query(
    `update videos set watched_until = ${now} + $3::double precision * interval '1 millisecond'
     where id = $2 and (watched_until is null
       or watched_until <= ${now} + ($3 - ${watchedEveryMs}) * interval '1 millisecond')`,
    [time(), id, forMs],
  );
}
