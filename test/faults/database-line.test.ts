import pg from 'pg';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { Database } from '#store/database/database.ts';
import { openPostgres } from '#store/database/postgres.ts';
import { StoreAway } from '#video/errors/store-away.ts';
import { type FaultProxy, openProxy } from './proxy.ts';

const url = inject('postgresUrl');
const silenceMs = 600;
let line: FaultProxy;
let database: Database;
const troubles: string[] = [];

afterEach(async () => {
  line.set({ kind: 'clear' });
  await database.close();
  await line.close();
});

async function open(): Promise<void> {
  const direct = new URL(url ?? '');
  line = await openProxy({ host: direct.hostname, port: Number(direct.port || 5432) });
  direct.host = `127.0.0.1:${line.port}`;
  troubles.length = 0;
  const onTrouble = (error: Error) => troubles.push(error.message);
  database = await openPostgres({ url: direct.href, schema: 'public', poolSize: 2, silenceMs, onTrouble });
}

/** As an administrator would, from a connection that has nothing to do with ours. */
async function administer(statement: string, ...values: unknown[]): Promise<void> {
  const admin = new pg.Client({ connectionString: url ?? '' });
  await admin.connect();
  await admin.query(statement, values.length > 0 ? values : undefined).finally(() => admin.end());
}
const terminate = (pid: number) => administer('select pg_terminate_backend($1)', pid);

const pidOf = async (on: Pick<Database, 'query'>) =>
  (await on.query<{ pid: number }>('select pg_backend_pid() as pid'))[0]?.pid ?? 0;
const answers = () => database.query('select 1 as one');
const channel = `faults_${process.pid}`;
const hangUp = () =>
  administer('select pg_terminate_backend(pid) from pg_stat_activity where query = $1', `listen "${channel}"`);

describe.runIf(url)('the line to PostgreSQL', () => {
  it('ends in the middle of a transaction: an error there, and the process goes on', async () => {
    await open();
    const broken = database.transaction(async (tx) => {
      await terminate(await pidOf(tx));
      // The server's word arrives while nobody asks anything.
      await expect
        .poll(() =>
          tx.query('select 1').then(
            () => 'answered',
            () => 'broken',
          ),
        )
        .toBe('broken');
      await tx.query('select 1');
    });
    await expect(broken).rejects.toThrow(StoreAway);
    expect(await answers()).toEqual([{ one: 1 }]);
  });

  it('is reset under queries: errors there, and new connections afterwards', async () => {
    await open();
    const asked = [1, 2].map(() =>
      database.query('select pg_sleep(5)').then(
        () => 'slept',
        (error) => (error instanceof StoreAway ? 'broken' : String(error)),
      ),
    );
    await expect.poll(() => line.connections()).toBe(2);
    await expect
      .poll(async () => {
        line.reset();
        return Promise.race([Promise.all(asked), new Promise((resolve) => setTimeout(resolve, 50))]);
      })
      .toEqual(['broken', 'broken']);
    expect(await answers()).toEqual([{ one: 1 }]);
  });

  it('is silent: a query is given up, with its connection', async () => {
    await open();
    await answers();
    line.swallow();
    await expect(answers()).rejects.toThrow(StoreAway);
    expect(await answers()).toEqual([{ one: 1 }]);
  });

  it('is silent in the middle of a transaction: that is given up as soon', async () => {
    await open();
    const startedMs = performance.now();
    const silent = database.transaction(async (tx) => {
      line.swallow();
      await tx.query('select 1');
    });
    await expect(silent).rejects.toThrow(StoreAway);
    expect(performance.now() - startedMs).toBeLessThan(2 * silenceMs);
    expect(await answers()).toEqual([{ one: 1 }]);
  });

  it('is silent in the middle of a transaction: its locks are free soon, though the server hears of nothing', async () => {
    await open();
    const locked = Promise.withResolvers<void>();
    const silent = database.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock(4711)');
      line.swallow();
      locked.resolve();
      await tx.query('select 1');
    });
    silent.catch(() => undefined);
    await locked.promise;
    await administer(`set lock_timeout = '5s'; select pg_advisory_lock(4711)`);
    await expect(silent).rejects.toThrow(StoreAway);
  });

  it.each([
    ['is closed by the server', hangUp],
    ['is silent', async () => line.swallow()],
  ])('%s while it listens: it listens again, and what was missed is looked for', async (_how, fault) => {
    await open();
    let heard = 0;
    database.listen(channel, () => {
      heard++;
    });
    await expect.poll(() => heard).toBe(1);
    await fault();
    await expect.poll(() => heard, { timeout: 5_000 }).toBe(2);
    await administer(`select pg_notify($1, '')`, channel);
    await expect.poll(() => heard).toBe(3);
    expect(troubles.length).toBeGreaterThan(0);
  });
});
