import { now, slots } from './sql.ts';

/**
 * CTEs `running` (who holds how many slots; a queued row that was admitted holds one) and `line`: queued rows in the
 * order in which they are served. First by priority; then whoever would run the fewest, counting those of the owner's
 * that stand further in front (`turn`), so that owners take turns; then age.
 */
export const line = `
  running as (
    select provider, owner_id, count(*)::int as n from videos
    where state in (${slots}) or (state = 'queued' and check_at is not null)
    group by provider, owner_id
  ), busy as (
    select owner_id, sum(n)::int as n from running group by owner_id
  ), line as (
    select v.id, v.provider, v.owner_id, v.priority, v.created_at, v.check_at,
      coalesce(v.not_before > ${now}, false) as rests,
      row_number() over own as nth,
      coalesce(busy.n, 0) + row_number() over own as turn
    from videos v left join busy using (owner_id)
    where v.state = 'queued'
    window own as (
      partition by v.provider, v.owner_id, v.check_at is null, coalesce(v.not_before > ${now}, false)
      order by v.priority desc, v.created_at, v.id
    )
  )`;

/** The columns of `line` to sort by. */
export const serving = 'priority desc, turn, created_at, id';
