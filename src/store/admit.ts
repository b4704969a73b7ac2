import { line, serving } from './line.ts';
import { type Connection, now } from './sql.ts';

/**
 * Makes as many waiting videos due as free slots allow: per provider, and per owner over all providers. Providers that
 * are not named admit nothing. Returns how many.
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

const statement = `
  with ${line}, free as (
    select provider, slots - coalesce((select sum(n) from running r where r.provider = l.provider), 0) as n
    from unnest($2::text[], $3::int[]) as l(provider, slots)
  ), waiting as (
    select line.*, free.n as free,
      coalesce(busy.n, 0) + row_number() over (partition by owner_id order by ${serving}) as owner_runs
    from line join free using (provider) left join busy using (owner_id)
    where line.check_at is null and not line.rests and (free.n is null or line.nth <= free.n)
  ), served as (
    select id, free, row_number() over (partition by provider order by ${serving}) as place
    from waiting where owner_runs <= $4::int
  )
  update videos v set check_at = ${now}
  from served where v.id = served.id and v.state = 'queued' and v.check_at is null
    and (served.free is null or served.place <= served.free)
  returning 1 as admitted`;
