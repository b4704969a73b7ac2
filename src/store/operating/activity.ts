import type { Activity, Trouble, VideoDetails } from '#engine/system.ts';
import { type Connection, terminal } from '#store/sql.ts';
import { detailsOf } from '#store/videos/read.ts';

/** All that is not over, by two indexes: what has a next look, and what waits in our line. */
const open = `
  select * from videos where check_at is not null and state not in (${terminal})
  union all
  select * from videos where state = 'queued' and check_at is null`;

const newest = `cross join lateral (select watch from attempts where video_id = v.id order by n desc limit 1) a`;

type ActivityRow = {
  provider: string;
  running: number;
  queued: number;
  overdue: number;
  needs_decision: number;
  oldest_at: Date | null;
  paused_at: Date | null;
  stopped_at: Date | null;
  opened_at: Date | null;
  next_try_at: Date | null;
  calls: number | null;
  refused_calls: number | null;
  missed_calls: number | null;
  kind: Trouble['kind'] | null;
  since: Date | null;
  videos: number | null;
};

/** What goes on at each provider, and what its answers lack. */
export async function activity({ database }: Connection): Promise<Activity[]> {
  const rows = await database.query<ActivityRow>(`
    with open as (${open}), counts as (
      select provider, min(created_at) as oldest_at,
        count(*) filter (where state = 'queued')::int as queued,
        count(*) filter (where state = 'overdue')::int as overdue,
        count(*) filter (where state = 'needs_decision')::int as needs_decision,
        count(*) filter (where state not in ('queued', 'overdue', 'needs_decision'))::int as running
      from open group by provider
    ), troubles as (
      select distinct on (provider) provider, kind, since, videos from (
        select v.provider, a.watch -> 'trouble' ->> 'kind' as kind,
          min((a.watch -> 'trouble' ->> 'since')::timestamptz) as since, count(*)::int as videos
        from open v ${newest} where a.watch ? 'trouble' group by 1, 2
      ) of_each order by provider, videos desc, kind
    )
    select provider, coalesce(running, 0) as running, coalesce(queued, 0) as queued, coalesce(overdue, 0) as overdue,
      coalesce(needs_decision, 0) as needs_decision, oldest_at, paused_at, stopped_at, opened_at,
      next_try_at, calls, refused_calls, missed_calls, kind, since, videos
    from counts
    full join (
      select * from provider_state
      where paused_at is not null or stopped_at is not null or opened_at is not null
        or calls + refused_calls + missed_calls > 0
    ) s using (provider)
    left join troubles using (provider)
    order by provider`);
  return rows.map((row) => ({
    provider: row.provider,
    running: row.running,
    queued: row.queued,
    overdue: row.overdue,
    needsDecision: row.needs_decision,
    oldestAt: row.oldest_at,
    trouble: row.kind && row.since && row.videos ? { kind: row.kind, since: row.since, videos: row.videos } : null,
    pausedAt: row.paused_at,
    stoppedAt: row.stopped_at,
    openedAt: row.opened_at,
    nextTryAt: row.next_try_at,
    calls: { verified: row.calls ?? 0, refused: row.refused_calls ?? 0, missed: row.missed_calls ?? 0 },
  }));
}

/** What may need a person, oldest first; deleted ones are left out. */
export async function troubled(connection: Connection, providers: string[], limit: number): Promise<VideoDetails[]> {
  return detailsOf(
    connection,
    `(
      select v.* from (${open}) v ${newest}
      where v.hidden_at is null and (
        v.state in ('needs_decision', 'overdue') or v.poisoned_at is not null
        or v.provider <> all($1::text[]) or a.watch ? 'trouble')
      order by v.created_at, v.id limit $2
    ) v order by v.created_at, v.id`,
    [providers, limit],
  );
}
