import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { fromPglite } from 'pg-boss';
import { type Database, type Queryable, transactionGuard } from './database.ts';
import { listeners } from './listeners.ts';
import { lockDirectory } from './pglite-lock.ts';

export type PgliteOptions = {
  /** Null = in memory, gone with the process. */
  dataDir: string | null;
  schema: string;
  /** A dump to begin with, where the directory is new. */
  loadDataDir?: Blob;
};

export type PgliteDatabase = Database & {
  /** The whole directory as a tar file: `loadDataDir` of another. */
  dump: () => Promise<Blob>;
};

/**
 * Opens the embedded database, which lives in `postgres/` of the data directory, under our own lock: PGlite has none, and two
 * processes on one directory lose rows without an error.
 * @throws DataDirInUse
 */
export async function openPglite({ dataDir, schema, loadDataDir }: PgliteOptions): Promise<PgliteDatabase> {
  if (dataDir) await mkdir(dataDir, { recursive: true });
  const lock = dataDir ? await lockDirectory(dataDir) : null;
  const pglite = await PGlite.create({
    ...(dataDir ? { dataDir: join(dataDir, 'postgres') } : {}),
    ...(loadDataDir ? { loadDataDir } : {}),
    // 16 MB instead of 128 MB: a third less memory in all, and no slower at our sizes.
    startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'],
  }).catch(async (error: unknown) => {
    await lock?.release();
    throw error;
  });
  await pglite.query(`select set_config('search_path', $1, false), set_config('timezone', 'UTC', false)`, [
    quoted(schema),
  ]);

  const guard = transactionGuard();
  const ears = listeners();
  const ready = () => {
    guard.check();
    lock?.check();
  };
  const due = new Set<string>();
  /** In a turn of its own, and once for a burst: PGlite calls from inside the committing transaction. */
  const notify = (channel: string) => {
    if (due.has(channel)) return;
    due.add(channel);
    guard.outside(() =>
      setImmediate(() => {
        due.delete(channel);
        ears.call(channel);
      }),
    );
  };

  const on = (runs: Pick<PGlite, 'query'>): Queryable['query'] => {
    return async <Row extends object>(text: string, params?: unknown[]) => {
      try {
        return (await runs.query<Row>(text, params)).rows;
      } catch (error) {
        // PGlite hangs the statement and all its values on the error: prompts do not belong into a log.
        if (error instanceof Error) Object.assign(error, { query: undefined, params: undefined });
        throw error;
      }
    };
  };
  const query = on(pglite);
  const jobs = fromPglite(pglite);

  return {
    schema,
    exclusive: true,
    query: async (text, params) => {
      ready();
      return query(text, params);
    },
    transaction: async (work) => {
      ready();
      return pglite.transaction((tx) => guard.run(() => work({ query: on(tx) })));
    },
    listen: (channel, listener) => {
      if (ears.add(channel, listener)) {
        pglite.listen(quoted(channel), () => notify(channel)).then(() => notify(channel));
      } else {
        notify(channel);
      }
      return () => ears.remove(channel, listener);
    },
    drizzle: drizzle({ client: pglite }),
    jobs: {
      executeSql: async (text, values) => {
        ready();
        return jobs.executeSql(text, values);
      },
    },
    dump: () => pglite.dumpDataDir('none'),
    close: async () => {
      await pglite.close();
      await lock?.release();
    },
  };
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
