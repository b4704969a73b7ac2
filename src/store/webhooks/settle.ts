import type { PgBoss } from 'pg-boss';
import type { DueDelivery, PauseReason, Tried } from '#engine/webhooks.ts';
import type { Database, Queryable } from '#store/database/database.ts';
import { writeEvent } from '#store/events/write-event.ts';
import { within } from '#store/jobs.ts';
import { channelName } from '#store/sql.ts';
import { queue } from './fill.ts';
import { arrived, columnsOf } from './log.ts';
import { patience } from './rows.ts';

/** So many tries in a row that did not arrive, over at least so long, are no hiccup. */
const mostFailures = 50;
const leastFailing = `interval '1 hour'`;
const gone = 410;

/**
 * How a try ended: the endpoint's row, the delivery's and the job's in one transaction, always in this order, so that two
 * of them never wait for each other.
 */
export async function settle(database: Database, boss: PgBoss, due: DueDelivery, tried: Tried): Promise<void> {
  const { id, jobId, endpointId } = due;
  await database.transaction(async (tx) => {
    const ok = arrived(tried);
    const why = ok ? await heal(tx, endpointId) : await worsen(tx, endpointId, tried.status);
    const [row] = await tx.query<{ over: boolean }>(tryStatement, [id, jobId, ok, ...columnsOf(tried)]);
    if (why) await pause(database, tx, endpointId, why);
    // Asked for anew meanwhile, or its endpoint is paused: this job is not the one that goes on.
    if (!row || row.over || why) {
      await boss.complete(queue, jobId, null, { db: within(tx) });
      return;
    }
    await boss.fail(queue, jobId, null, { db: within(tx) });
    const [job] = await boss.findJobs(queue, { id: jobId, db: within(tx) });
    await tx.query('update webhook_deliveries set next_at = $2 where id = $1', [id, job?.startAfter ?? null]);
  });
}

async function heal(tx: Queryable, endpointId: string): Promise<null> {
  await tx.query('update webhook_endpoints set failures = 0, failing_since = null where id = $1 and failures > 0', [
    endpointId,
  ]);
  return null;
}

/** Why it has to be paused now; null = it may go on, or is paused already. */
async function worsen(tx: Queryable, endpointId: string, status: number | null): Promise<PauseReason | null> {
  const [row] = await tx.query<{ dead: boolean; paused: boolean }>(
    `update webhook_endpoints set failures = failures + 1, failing_since = coalesce(failing_since, now())
     where id = $1
     returning paused_at is not null as paused, failing_since <= now() - ${patience}
       or (failures >= $2 and failing_since <= now() - ${leastFailing}) as dead`,
    [endpointId, mostFailures],
  );
  if (!row || row.paused) return null;
  if (status === gone) return 'gone';
  return row.dead ? 'failing' : null;
}

/** Nothing is lost by it: what was to be sent is held until a person lets it go on. */
async function pause(database: Database, tx: Queryable, endpointId: string, why: PauseReason): Promise<void> {
  const [endpoint] = await tx.query<{ name: string; url: string; owner: string }>(
    `update webhook_endpoints set paused_at = now(), paused_why = $2 where id = $1
     returning name, url, owner_id as owner`,
    [endpointId, why],
  );
  if (!endpoint) return;
  await tx.query(
    `update webhook_deliveries set state = 'held', job_id = null, next_at = null
     where endpoint_id = $1 and state = 'pending'`,
    [endpointId],
  );
  const { name, url, owner } = endpoint;
  await writeEvent(database, tx, {
    type: 'webhook_paused',
    actor: { type: 'system' },
    data: { webhook: endpointId, name, host: new URL(url).host, owner, why },
  });
  await tx.query('select pg_notify($1, $2)', [channelName(database, 'webhooks'), '']);
}

const tryStatement = `
  update webhook_deliveries set
    tries = tries + 1, last_at = now(), last_status = $4, last_error = $5, last_answer = $6, next_at = null,
    state = case when $3::boolean then 'delivered' when give_up_at <= now() then 'failed' else state end
  where id = $1 and job_id = $2
  returning state <> 'pending' as over`;
