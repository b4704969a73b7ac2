import { holders, lastTurn, ownOrder, rests, serving } from './line.ts';
import { type Connection, now } from './sql.ts';

/**
 * Makes as many waiting videos due as free slots allow: per provider, and per owner over all providers. Providers that
 * are not named or are paused admit nothing. Returns how many.
 */
export async function admit(
  connection: Connection,
  limits: { provider: string; slots: number | null }[],
  maxRunningPerOwner: number,
): Promise<number> {
  const { database } = connection;
  return database.transaction(async (tx) => {
    // Two at once would count the same slots as free.
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${database.schema} admit`]);
    const admitted = await tx.query(statement, [
      connection.now(),
      limits.map((limit) => limit.provider),
      limits.map((limit) => limit.slots),
      maxRunningPerOwner,
    ]);
    return admitted.length;
  });
}

/**
 * 1. `free`: slots of each provider; null = no limit.
 * 2. `waiting`: of each owner no more than could be served, whatever the others do: 50,000 waiting cost what 5 cost.
 * 3. `capped`: the owner's cap, in the order of serving. 4. `chosen`: the provider's slots, in the same order.
 */
const statement = `
  with ${holders}, free as materialized (
    select provider, slots - coalesce((select sum(n) from running r where r.provider = l.provider), 0)::int as n
    from unnest($2::text[], $3::int[]) as l(provider, slots)
    where not exists (select from provider_state s where s.provider = l.provider and s.paused_at is not null)
  ), waiting as (
    select own.id, own.priority, own.created_at, own.last_turn, owners.owner_id, free.provider, free.n as free,
      coalesce(busy.n, 0) as busy, coalesce(busy.n, 0) + nth as turn
    from free
    cross join lateral (
      select distinct owner_id from videos v
      where v.provider = free.provider and v.state = 'queued' and v.check_at is null
    ) owners
    left join busy using (owner_id)
    cross join lateral (
      select v.*, ${lastTurn('nth')} as last_turn
      from (
        select v.id, v.priority, v.created_at, v.provider, v.owner_id, row_number() over (order by ${ownOrder}) as nth
        from videos v
        where v.provider = free.provider and v.owner_id = owners.owner_id
          and v.state = 'queued' and v.check_at is null and not ${rests}
        order by ${ownOrder}
        limit greatest(0, least(free.n, $4::int - coalesce(busy.n, 0)))
      ) v
    ) own
    where free.n is null or free.n > 0
  ), capped as (
    select *, busy + row_number() over (partition by owner_id order by ${serving}) as runs from waiting
  ), chosen as (
    select id, free, row_number() over (partition by provider order by ${serving}) as place from capped where runs <= $4
  ), admitted as (
    update videos v set check_at = ${now}
    where v.id = any (array(select id from chosen where free is null or place <= free))
      and v.state = 'queued' and v.check_at is null
    returning v.provider, v.owner_id
  ), noted as (
    insert into served (provider, owner_id, at)
    select distinct provider, owner_id, ${now} from admitted
    on conflict (provider, owner_id) do update set at = excluded.at
  )
  select 1 as admitted from admitted`;
