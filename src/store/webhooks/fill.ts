import type { PgBoss } from 'pg-boss';
import type { Database } from '#store/database/database.ts';
import { within } from '#store/jobs.ts';
import { patience } from './rows.ts';

export const queue = 'webhooks';
const page = 1_000;
const jobsAtOnce = 500;

/** The events are the outbox: deliveries and the place up to which they were read are one statement. */
export async function writeOut(database: Database): Promise<{ read: number; more: boolean }> {
  return database.transaction(async (tx) => {
    // Before it knows our tables PostgreSQL believes it to be costly, and would compile for seconds what runs 0.2 ms.
    await tx.query('set local jit = off');
    const [row] = await tx.query<{ read: number; more: boolean }>(writeOutStatement, [page]);
    return row ?? { read: 0, more: false };
  });
}

/** A job of each delivery that has none. `again` = also of those that should have one: a restored backup has no jobs. */
export async function makeJobs(database: Database, boss: PgBoss, again = false): Promise<void> {
  for (let after = 0; ; ) {
    const made = await database.transaction(async (tx) => {
      const rows = await tx.query<{ id: number; endpoint_id: string; job_id: string }>(
        `with jobless as (
           select id from webhook_deliveries
           where state = 'pending' and (job_id is null or $2) and id > $3
           order by id limit $1 for update skip locked
         )
         update webhook_deliveries d set job_id = coalesce(d.job_id, gen_random_uuid()) from jobless where d.id = jobless.id
         returning d.id::float8 as id, d.endpoint_id, d.job_id`,
        [jobsAtOnce, again, after],
      );
      const jobs = rows.map((row) => ({ id: row.job_id, data: { delivery: row.id }, group: { id: row.endpoint_id } }));
      if (jobs.length > 0) await boss.insert(queue, jobs, { db: within(tx) });
      return rows;
    });
    after = Math.max(after, ...made.map(({ id }) => id));
    if (made.length < jobsAtOnce) return;
  }
}

/** What an event tells, in the words of a webhook; a video's progress only in its newest event of the page. */
const told = `
  case
    when e.state_after = 'completed' and e.state_before is distinct from e.state_after then 'video.completed'
    when e.state_after in ('failed', 'canceled') and e.state_before is distinct from e.state_after then 'video.failed'
    when e.type in ('overdue', 'needs_decision', 'poisoned') then 'video.attention'
    when e.type = 'trouble' and e.data ->> 'why' = 'auth' then 'video.attention'
    when e.type = 'progress' and e.id = max(e.id) filter (where e.type = 'progress') over (partition by e.video_id)
      then 'video.progress'
  end`;
const reason = `
  case e.type when 'needs_decision' then 'decision_needed' when 'trouble' then 'key_refused' else e.type end`;

/**
 * One process at a time reads on. An endpoint that is paused holds what it would get. Progress is told after 5 % or
 * 10 s, not oftener. An owner who may not come in is told nothing, and of other people's videos only an admin is.
 */
const writeOutStatement = `
  with position as (
    select xid, event_id from webhook_position for update skip locked
  ), page as materialized (
    select e.*, 'evt_' || replace(gen_random_uuid()::text, '-', '') as webhook_id
    from position p cross join lateral (
      select * from events
      where (xid, id) > (p.xid, p.event_id) and xid < pg_snapshot_xmin(pg_current_snapshot())
      order by xid, id limit $1
    ) e
  ), last as (
    select xid, id from page order by xid desc, id desc limit 1
  ), telling as (
    select e.webhook_id, e.video_id, e.owner_id, e.at, ${told} as told,
      case when e.type = 'progress' then jsonb_build_object('progress', e.data -> 'progress')
        else jsonb_build_object('reason', ${reason}) end as more, e.xid, e.id
    from page e where e.video_id is not null
  ), written as (
    insert into webhook_deliveries (endpoint_id, event_id, type, video_id, data, at, state, give_up_at)
    select w.id, t.webhook_id, t.told, t.video_id,
      case when t.told in ('video.progress', 'video.attention') then t.more else '{}' end,
      t.at, case when w.paused_at is null then 'pending' else 'held' end, now() + ${patience}
    from telling t
    join webhook_endpoints w on t.told = any(w.events) and w.created_at <= t.at
      and (w.owner_id = t.owner_id or w.all_owners)
    left join "user" u on u.id = w.owner_id
    where (w.owner_id = t.owner_id or u.role = 'admin') and u.disabled_at is null and u.removed_at is null
      and (t.told <> 'video.progress' or not exists (
        select from webhook_deliveries d
        where d.video_id = t.video_id and d.endpoint_id = w.id and d.type = 'video.progress'
          and d.at > t.at - interval '10 seconds'
          and (d.data ->> 'progress')::float8 > (t.more ->> 'progress')::float8 - 5))
    order by t.xid, t.id
  ), moved as (
    update webhook_position set xid = last.xid, event_id = last.id from last
  )
  select (select count(*)::int from page) as read,
    exists (
      select from events e, position p
      where (e.xid, e.id) > (coalesce((select xid from last), p.xid), coalesce((select id from last), p.event_id))
    ) as more`;
