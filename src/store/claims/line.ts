import { now, slots } from '#store/sql.ts';

/** An owner's own order at one provider, as the index `videos_line` has it. */
export const ownOrder = 'v.priority desc, v.created_at, v.id';

/**
 * The order in which all owners are served: by priority; then whoever would run the fewest, counting those of the
 * owner's that stand further in front (`turn`), so that owners take turns; then whoever's turn came longest ago; then
 * age.
 */
export const serving = 'priority desc, turn, last_turn, created_at, id';

/** When the owner's last turn came; behind the next one of an owner's own come all who have not had theirs. */
export const lastTurn = (nth: string) => `case when ${nth} = 1 then coalesce(
  (select at from served s where s.provider = v.provider and s.owner_id = v.owner_id), '-infinity') else 'infinity' end`;

export const rests = `coalesce(v.not_before > ${now}, false)`;

/** An admitted video holds a slot too. */
export const holdsSlot = `state in (${slots}) or (state = 'queued' and check_at is not null)`;

/** CTEs: who holds how many slots, at each provider (`running`) and in all (`busy`). */
export const holders = `
  running as (
    select provider, owner_id, count(*)::int as n from videos
    where ${holdsSlot}
    group by provider, owner_id
  ), busy as (
    select owner_id, sum(n)::int as n from running group by owner_id
  )`;
