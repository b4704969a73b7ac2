import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { type Database, type Queryable, transactionGuard } from './database.ts';
import { namedError } from './named-error.ts';
import { listenLine } from './postgres-listen.ts';

export type PostgresOptions = {
  url: string;
  schema: string;
  /** Connections besides the one that listens. */
  poolSize?: number;
  /** A connection that says nothing for so long while we wait for its answer is given up: half-open lines never end by themselves. */
  silenceMs?: number;
  /** A connection that nobody uses breaks, or listening stops for a while: told here, mended by itself. */
  onTrouble?: (error: Error) => void;
};

const oldestVersion = 15;
const statementTimeoutMs = 30_000;
/** Nobody awaits anything else in a transaction: one that rests so long has lost its client, and holds its locks. */
const idleTransactionMs = 15_000;
const dayMs = 86_400_000;
const rollbackWithinMs = 2_000;

/** Connects to a PostgreSQL server. TLS as the URL says (`sslmode`). Throws one clear line below version 15. */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const { url, schema, poolSize = 10, silenceMs = statementTimeoutMs + 5_000, onTrouble = () => {} } = options;
  const connection = {
    connectionString: url,
    application_name: 'dailies',
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  };
  const pool = new pg.Pool({
    ...connection,
    max: poolSize,
    query_timeout: silenceMs,
    // Statements, not start-up parameters: poolers refuse those.
    onConnect: async (client) => {
      await client.query(
        `select set_config('search_path', $1, false), set_config('statement_timeout', $2, false),
           set_config('idle_in_transaction_session_timeout', $3, false), set_config('jit', 'off', false)`,
        [pg.escapeIdentifier(schema), String(statementTimeoutMs), String(Math.min(idleTransactionMs, silenceMs))],
      );
    },
  });
  pool.on('error', onTrouble);
  // While somebody uses it nobody else hears of its end, and an error that nobody hears ends the process: the query tells.
  pool.on('connect', (client) => client.on('error', () => undefined));
  await refuse(pool, async () => (await versionRefused(pool)) ?? (await poolerRefused(pool, connection)));

  const guard = transactionGuard();
  const line = listenLine(connection, { silenceMs, onTrouble });
  const on = (client: pg.Pool | pg.PoolClient, patienceMs = silenceMs): Queryable['query'] => {
    return async <Row extends object>(text: string, values?: unknown[], name?: string) => {
      const timed: TimedQuery = { text, values, name, query_timeout: patienceMs };
      return (await named(client.query<Row & pg.QueryResultRow>(timed))).rows;
    };
  };
  const query = on(pool);
  return {
    schema,
    exclusive: false,
    query: async (text, params, name) => {
      guard.check();
      return query(text, params, name);
    },
    transaction: async (work, { untimed = false } = {}) => {
      guard.check();
      return inTransaction(pool, silenceMs, async (client) => {
        if (untimed) await client.query('set local statement_timeout = 0');
        return guard.run(() => work({ query: on(client, untimed ? dayMs : silenceMs) }));
      });
    },
    listen: line.listen,
    drizzle: drizzle({ client: pool }),
    jobs: {
      executeSql: async (text, values) => {
        guard.check();
        return pool.query(text, values);
      },
    },
    close: async () => {
      await line.close();
      await pool.end();
    },
  };
}

const named = <T>(answer: Promise<T>): Promise<T> =>
  answer.catch((error) => {
    throw namedError(error);
  });

/** `pg` reads it, and its types do not know it. */
type TimedQuery = pg.QueryConfig & { query_timeout: number };

async function refuse(pool: pg.Pool, why: () => Promise<string | null>): Promise<void> {
  try {
    const refusal = await why();
    if (refusal) throw new Error(refusal);
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function versionRefused(pool: pg.Pool): Promise<string | null> {
  const { rows } = await pool.query<{ number: number; name: string }>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as name`,
  );
  return versionRefusal(rows[0]?.number ?? 0, rows[0]?.name ?? 'something else');
}

/**
 * Two connections of ours that share one of the server's: a pooler lends it for one transaction each. Settings of a
 * connection would reach strangers, and nothing would be heard.
 */
async function poolerRefused(pool: pg.Pool, connection: pg.ClientConfig): Promise<string | null> {
  const pidOf = async (client: pg.ClientBase) =>
    (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
  const one = await pool.connect();
  const other = new pg.Client(connection);
  try {
    await other.connect();
    const first = await pidOf(one);
    await other.query('begin');
    const shared = (await pidOf(other)) === first || (await pidOf(one)) !== first;
    return shared
      ? 'DATABASE_URL leads to a pooler that lends a connection for one transaction each: use its session mode, or the server itself (docs/workers.md)'
      : null;
  } finally {
    await other.end();
    one.release();
  }
}

/** Null for a server that is new enough; `number` as in `server_version_num`. */
export const versionRefusal = (number: number, name: string): string | null =>
  number >= oldestVersion * 10_000 ? null : `PostgreSQL ${oldestVersion} or newer is needed; this server runs ${name}`;

async function inTransaction<T>(
  pool: pg.Pool,
  silenceMs: number,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await named(pool.connect());
  let broken: Error | undefined;
  try {
    await named(client.query('begin'));
    const result = await work(client);
    await named(client.query('commit'));
    return result;
  } catch (error) {
    // A connection that cannot even roll back, and soon, is thrown away by release.
    const rollback: TimedQuery = { text: 'rollback', query_timeout: Math.min(rollbackWithinMs, silenceMs / 2) };
    await client.query(rollback).catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
