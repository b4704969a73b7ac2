import { type Db, PgBoss } from 'pg-boss';
import type { Log } from '#engine/system.ts';
import type { Database, Queryable } from '#store/database/database.ts';

/**
 * Side work with retries of its own: pg-boss in a schema beside ours. `works` = this process watches over what was
 * begun and never ended, and over the schedule; without it a caller does so now and then (`supervise`).
 */
export async function openJobs(database: Database, { works, log }: { works: boolean; log: Log }): Promise<PgBoss> {
  const boss = new PgBoss({
    db: database.jobs,
    schema: `${database.schema}_jobs`,
    backend: database.exclusive ? 'pglite' : 'postgres',
    supervise: works,
    schedule: works,
    superviseIntervalSeconds: 15,
    monitorIntervalSeconds: 15,
    // A user of the database need not own enough for it, and our queues stay small.
    reindex: false,
    monitorVacuum: false,
  });
  boss.on('error', (err) => log.warn({ err }, 'jobs'));
  return boss.start();
}

/** A transaction of ours, for what pg-boss writes in it. */
export const within = (tx: Queryable): Db => ({
  executeSql: async (text, values) => ({ rows: await tx.query(text, values) }),
});
