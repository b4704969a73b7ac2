import type { Due, Room } from '#engine/system.ts';
import { toJson } from '#store/json.ts';
import type { Row } from '#store/rows.ts';
import { type Connection, now, unclaimed } from '#store/sql.ts';
import { attemptOf, lease, toClaimed } from './claim.ts';

type DueRow = {
  claimed: { video: Row; attempt: Row }[] | null;
  next_at: Date | null;
  waits: boolean;
  rests_until: Date | null;
  now: Date;
};

/** A pass over the schedule in one statement: paid work is never starved by priority, and a full lane holds up no other. */
export async function claim({ database, now: time }: Connection, rooms: Room[], leaseMs: number): Promise<Due> {
  const lanes = rooms.map(({ provider, lane, limit }) => ({ provider, copies: lane === 'collect', most: limit }));
  const [row] = await database.query<DueRow>(statement, [time(), leaseMs, toJson(lanes)], 'claim');
  if (!row) throw new Error('the database told no time');
  return {
    claimed: (row.claimed ?? []).map((claimed) => toClaimed({ ...claimed, at: row.now })),
    nextAt: row.next_at,
    line: { waits: row.waits, restsUntil: row.rests_until },
    now: row.now,
  };
}

// In the words of the indexes `videos_due` and `videos_rests`.
const inLane = `v.provider = r.provider and (v.state = 'storing') = r.copies`;
const inLine = `v.state = 'queued' and v.check_at is null`;
const rest = `coalesce(v.not_before, '-infinity')`;

/**
 * 1. `chosen`: of each lane the longest due, as many as there is room for, by the index `videos_due`.
 * 2. `claimed`: a lease, the next fence number, and the look that is about to happen; the row is answered with the look
 *    before it.
 * 3. When there is more, in each lane that was not filled. What is due there already is claimed by others or locked, and
 *    counts with the end of its lease: of the oldest hundred, or the planner would read the whole table. What comes later
 *    counts with its time, claimed or not: who comes too early looks again.
 * The rooms come as JSON, which tells the planner as little with values as without: one plan serves all passes.
 */
const statement = `
  with rooms as materialized (
    select * from jsonb_to_recordset($3::jsonb) as r(provider text, copies boolean, most int)
  ), chosen as (
    select v.*, r.provider, r.copies from rooms r cross join lateral (
      select id, checked_at from videos v
      where ${inLane} and v.check_at <= ${now} and ${unclaimed}
      order by v.check_at, v.id limit r.most for update skip locked
    ) v
  ), claimed as (
    update videos v set claimed_until = ${lease}, claim_seq = v.claim_seq + 1, woken = false, checked_at = ${now}
    from chosen where v.id = chosen.id and v.id = any (array(select id from chosen))
    returning v.*, chosen.checked_at as checked_before
  )
  select
    (
      select json_agg(json_build_object('video', v, 'attempt', a) order by v.check_at, v.id)
      from claimed v cross join lateral (${attemptOf('v.id')}) a
    ) as claimed,
    (
      select min(least(
        (
          select min(greatest(held.check_at, held.claimed_until)) from (
            select v.check_at, v.claimed_until from videos v
            where ${inLane} and v.check_at <= ${now} and v.id <> all (array(select id from chosen))
            order by v.check_at, v.id limit 100
          ) held
        ),
        (select v.check_at from videos v where ${inLane} and v.check_at > ${now} order by v.check_at limit 1)
      ))
      from rooms r
      where r.most > (select count(*) from chosen c where c.provider = r.provider and c.copies = r.copies)
    ) as next_at,
    coalesce((select min(${rest}) from videos v where ${inLine}) <= ${now}, false) as waits,
    (select min(${rest}) from videos v where ${inLine} and ${rest} > ${now}) as rests_until,
    ${now} as now`;

/** By the index, in one step for each provider, however many rows it has. */
export async function scheduledProviders({ database }: Connection): Promise<string[]> {
  const rows = await database.query<{ provider: string }>(`
    with recursive known(provider) as (
      select min(provider) from videos where check_at is not null
      union all
      select (select min(provider) from videos v where v.check_at is not null and v.provider > known.provider)
      from known where known.provider is not null
    )
    select provider from known where provider is not null`);
  return rows.map(({ provider }) => provider);
}
