import { type Connection, now } from '#store/sql.ts';
import { holders, holdsSlot, lastTurn, ownOrder, rests, serving } from './line.ts';

/**
 * Makes as many waiting videos due as free slots allow: per provider, and per owner over all providers. Providers that
 * are not named, are paused or have an open circuit admit nothing. Returns how many.
 */
export async function admit(
  connection: Connection,
  limits: { provider: string; slots: number | null }[],
  maxRunningPerOwner: number,
): Promise<number> {
  const { database } = connection;
  const slots = [limits.map((limit) => limit.provider), limits.map((limit) => limit.slots)];
  const [some] = await database.query(admissible, [connection.now(), ...slots]);
  if (!some) return 0;
  return database.transaction(async (tx) => {
    // Two at once would count the same slots as free.
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${database.schema} admit`]);
    const admitted = await tx.query(statement, [connection.now(), ...slots, maxRunningPerOwner]);
    return admitted.length;
  });
}

const takesStarts = `s.paused_at is null and ((s.opened_at is null and s.stopped_at is null) or s.trial_at is not null)`;

/** Whether anybody waits where a slot is free: mostly not, and then nobody has to wait for the lock. */
const admissible = `
  select from unnest($2::text[], $3::int[]) as l(provider, slots) left join provider_state s using (provider)
  where ${takesStarts}
    and exists (
      select from videos v
      where v.provider = l.provider and v.state = 'queued' and v.check_at is null and not ${rests})
    and (l.slots is null or l.slots > (
      select count(*) from (select from videos v where v.provider = l.provider and (${holdsSlot}) limit l.slots) holding))
  limit 1`;

/**
 * 1. `free`: slots of each provider; null = no limit. One on trial gets one start at a time.
 * 2. `waiting`: of each owner no more than could be served, whatever the others do: 50,000 waiting cost what 5 cost.
 * 3. `capped`: the owner's cap, in the order of serving. 4. `chosen`: the provider's slots, in the same order.
 * 5. `locked`: by id, as every save does it, or the two could wait for each other.
 */
const statement = `
  with ${holders}, free as materialized (
    select l.provider, case when s.trial_at is null then n else least(n, 1 - (
      select count(*) from videos v
      where v.provider = l.provider and (v.state = 'submitting' or (v.state = 'queued' and v.check_at is not null))
    )::int) end as n
    from (
      select provider, slots - coalesce((select sum(n) from running r where r.provider = l.provider), 0)::int as n
      from unnest($2::text[], $3::int[]) as l(provider, slots)
    ) l left join provider_state s using (provider)
    where ${takesStarts}
  ), waiting as (
    select own.id, own.priority, own.created_at, own.last_turn, owners.owner_id, free.provider, free.n as free,
      coalesce(busy.n, 0) as busy, coalesce(busy.n, 0) + nth as turn, most.n as most
    from free
    cross join lateral (
      select distinct owner_id from videos v
      where v.provider = free.provider and v.state = 'queued' and v.check_at is null
    ) owners
    left join busy using (owner_id)
    cross join lateral (
      select coalesce((select max_running from owner_limits l where l.owner_id = owners.owner_id), $4::int) as n
    ) most
    cross join lateral (
      select v.*, ${lastTurn('nth')} as last_turn
      from (
        select v.id, v.priority, v.created_at, v.provider, v.owner_id, row_number() over (order by ${ownOrder}) as nth
        from videos v
        where v.provider = free.provider and v.owner_id = owners.owner_id
          and v.state = 'queued' and v.check_at is null and not ${rests}
        order by ${ownOrder}
        limit greatest(0, least(free.n, most.n - coalesce(busy.n, 0)))
      ) v
    ) own
    where free.n is null or free.n > 0
  ), capped as (
    select *, busy + row_number() over (partition by owner_id order by ${serving}) as runs from waiting
  ), chosen as (
    select id, free, row_number() over (partition by provider order by ${serving}) as place from capped where runs <= most
  ), locked as (
    select v.id from videos v
    where v.id = any (array(select id from chosen where free is null or place <= free))
      and v.state = 'queued' and v.check_at is null
    order by v.id for update
  ), admitted as (
    update videos v set check_at = ${now} from locked where v.id = locked.id
    returning v.provider, v.owner_id
  ), noted as (
    insert into served (provider, owner_id, at)
    select distinct provider, owner_id, ${now} from admitted
    on conflict (provider, owner_id) do update set at = excluded.at
  )
  select 1 as admitted from admitted`;
