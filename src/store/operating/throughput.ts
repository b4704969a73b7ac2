import type { Bucket } from '#engine/system.ts';
import { type Connection, now, terminal } from '#store/sql.ts';

const isRunning = (state: string) => `(${state} not in ('queued', ${terminal}))`;

/**
 * What happened in each stretch of time, from events; how many waited and ran at its end, from the rows as they are now
 * and what has changed since.
 */
export async function throughput({ database, now: time }: Connection, from: Date, bucketMs: number): Promise<Bucket[]> {
  return database.query<Bucket>(statement, [time(), from, bucketMs]);
}

const statement = `
  with changes as (
    select floor(extract(epoch from e.at - $2::timestamptz) * 1000 / $3::double precision)::int as bucket,
      count(*) filter (where type = 'created') as asked,
      count(*) filter (where type in ('accepted', 'adopted')) as accepted,
      count(*) filter (where type = 'stored') as stored,
      count(*) filter (where state_after = 'failed' and state_before <> 'failed') as failed,
      count(*) filter (where state_after = 'queued') - count(*) filter (where state_before = 'queued') as queued,
      count(*) filter (where ${isRunning('state_after')}) - count(*) filter (where ${isRunning('state_before')}) as running
    from events e where e.at >= $2 group by 1
  ), now_is as (
    select count(*) filter (where state = 'queued') as queued, count(*) filter (where state <> 'queued') as running
    from videos where (check_at is not null and state not in (${terminal})) or (state = 'queued' and check_at is null)
  ), buckets as (
    select generate_series(0, floor(extract(epoch from ${now} - $2) * 1000 / $3)::int) as bucket
  )
  select $2::timestamptz + bucket * $3 * interval '1 millisecond' as at,
    coalesce(asked, 0)::int as asked, coalesce(accepted, 0)::int as accepted,
    coalesce(stored, 0)::int as stored, coalesce(failed, 0)::int as failed,
    (now_is.queued - coalesce(sum(changes.queued) over after, 0))::int as queued,
    (now_is.running - coalesce(sum(changes.running) over after, 0))::int as running
  from buckets left join changes using (bucket) cross join now_is
  window after as (order by bucket rows between 1 following and unbounded following)
  order by bucket`;
