import { randomUUID } from 'node:crypto';
import type { PgBoss } from 'pg-boss';
import type { Log } from '#engine/system.ts';
import type { DeliveryQueue, DueDelivery } from '#engine/webhooks.ts';
import type { Database } from '#store/database/database.ts';
import { openJobs } from '#store/jobs.ts';
import type { Seal } from '#store/settings/seal.ts';
import { openSecrets } from './endpoints.ts';
import { makeJobs, queue, writeOut } from './fill.ts';
import { type SealedSecrets, secretColumns } from './rows.ts';
import { settle } from './settle.ts';

const retention = 'webhook-retention';
const hourSeconds = 3_600;
const atOnce = { graceful: false, close: false, timeout: 1_000 };

type DueRow = SealedSecrets & Omit<DueDelivery, 'id' | 'endpointId' | 'secrets'> & { delivery: number };
type Options = {
  seal: Seal;
  log: Log /** Keeps the schedule, and looks after jobs that nobody ended. */;
  works: boolean;
};

/** Jobs are opened with the first call that needs them: who has no endpoint never pays for them. */
export function openDeliveryQueue(database: Database, { seal, log, works }: Options): DeliveryQueue {
  let opening: Promise<PgBoss> | null = null;
  const jobs = (): Promise<PgBoss> => {
    opening ??= open().catch((error) => {
      opening = null;
      throw error;
    });
    return opening;
  };

  async function open(): Promise<PgBoss> {
    const boss = await openJobs(database, { works, log });
    try {
      await prepare(boss);
      return boss;
    } catch (error) {
      await boss.stop(atOnce);
      throw error;
    }
  }

  async function prepare(boss: PgBoss): Promise<void> {
    const names = new Set((await boss.getQueues()).map(({ name }) => name));
    // What ends the tries is their time, which is kept with the delivery.
    const tries = { retryLimit: 1_000, retryDelay: 5, retryBackoff: true, retryDelayMax: 6 * hourSeconds };
    const kept = { expireInSeconds: 30, deleteAfterSeconds: hourSeconds };
    if (!names.has(queue)) await boss.createQueue(queue, { ...tries, ...kept });
    if (!names.has(retention)) await boss.createQueue(retention, { policy: 'short', ...kept });
    // Inside a transaction of ours pg-boss cannot ask what a queue is: it has to know this one from here on.
    await boss.findJobs(queue, { id: randomUUID() });
    if (works) {
      await boss.schedule(retention, '17 3 * * *');
      await boss.work(retention, { pollingIntervalSeconds: 60 }, async () => void (await forget()));
    }
    await makeJobs(database, boss, true);
  }

  async function forget(): Promise<number> {
    const gone = await database.query(
      `delete from webhook_deliveries where at < now() - interval '30 days' returning 1 as gone`,
    );
    return gone.length;
  }

  return {
    async fill() {
      const boss = await jobs();
      const filled = await writeOut(database);
      await makeJobs(database, boss);
      return filled;
    },

    async take(limit, perEndpoint) {
      const boss = await jobs();
      const fetched = await boss.fetch<{ delivery: number }>(queue, {
        batchSize: limit,
        groupConcurrency: perEndpoint,
      });
      if (fetched.length === 0) return [];
      const rows = await database.query<DueRow>(
        `select d.id::float8 as delivery, d.event_id as "eventId", d.type,
           d.video_id as "videoId", d.data, d.at,
           d.job_id as "jobId", w.id, w.owner_id, w.url, ${secretColumns}
         from webhook_deliveries d join webhook_endpoints w on w.id = d.endpoint_id
         where d.job_id = any($1::uuid[]) and d.state = 'pending' and w.paused_at is null`,
        [fetched.map(({ id }) => id)],
      );
      const meant = new Set(rows.map(({ jobId }) => jobId));
      const stale = fetched.flatMap(({ id }) => (meant.has(id) ? [] : [id]));
      if (stale.length > 0) await boss.complete(queue, stale);
      return rows.map((row) => ({
        id: row.delivery,
        jobId: row.jobId,
        endpointId: row.id,
        eventId: row.eventId,
        type: row.type,
        videoId: row.videoId,
        data: row.data,
        at: row.at,
        url: row.url,
        secrets: openSecrets(seal, row),
      }));
    },

    async settle(due, tried) {
      const boss = await jobs();
      await settle(database, boss, due, tried);
    },

    async giveBack(due) {
      if (due.length === 0) return;
      const boss = await jobs();
      await boss.fail(
        queue,
        due.map(({ jobId }) => jobId),
      );
    },

    async tidy() {
      await forget();
      await (await jobs()).supervise();
    },

    async stop() {
      const boss = await opening?.catch(() => null);
      await boss?.stop(atOnce);
    },
  };
}
