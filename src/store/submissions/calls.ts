import { type Connection, notify, now, soon, unclaimed } from '#store/sql.ts';

const keptDays = 7;

/**
 * A verified call about an attempt: the first time it comes, a look at its video is due. All in one statement, so that a
 * call is never remembered without its look.
 */
export async function takeCall(
  connection: Connection,
  provider: string,
  eventId: string,
  attemptId: string,
): Promise<boolean> {
  const first = await connection.database.query(taking, [connection.now(), provider, eventId, attemptId]);
  if (first.length > 0) await notify(connection, connection.database, 'due', 'events');
  return first.length > 0;
}

const taking = `
  with fresh as (
    insert into hook_deliveries (provider, event_id, attempt_id, at) values ($2, $3, $4, ${now})
    on conflict (provider, event_id) do nothing
    returning attempt_id
  ), swept as (
    delete from hook_deliveries where at < ${now} - interval '${keptDays} days'
  ), counted as (
    insert into provider_state as p (provider, unclear_starts, calls) select $2, 0, 1 from fresh
    on conflict (provider) do update set calls = p.calls + 1
  ), called as (
    select v.id, v.owner_id, v.state from fresh f join attempts a on a.id = f.attempt_id join videos v on v.id = a.video_id
    for update of v
  ), nearer as (
    update videos v set
      woken = v.woken or not ${unclaimed},
      check_at = case when ${unclaimed} then least(v.check_at, ${soon}) else v.check_at end
    from called where v.id = called.id and v.check_at is not null and v.state <> 'queued'
  )
  insert into events (video_id, owner_id, at, type, actor, state_before, state_after, data)
  select id, owner_id, ${now}, 'called', jsonb_build_object('type', 'webhook', 'id', $2::text), state, state, '{}'
  from called
  returning 1 as first`;

/** A verified call about it has come. */
export async function wasCalled({ database }: Connection, attemptId: string): Promise<boolean> {
  return (await database.query('select 1 from hook_deliveries where attempt_id = $1 limit 1', [attemptId])).length > 0;
}

export async function countCall({ database }: Connection, provider: string, kind: 'refused' | 'missed'): Promise<void> {
  await database.query(
    `insert into provider_state as p (provider, unclear_starts, ${kind}_calls) values ($1, 0, 1)
     on conflict (provider) do update set ${kind}_calls = p.${kind}_calls + 1`,
    [provider],
  );
}
