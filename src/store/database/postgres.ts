import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { type Database, type Queryable, transactionGuard } from './database.ts';
import { listenLine } from './postgres-listen.ts';

export type PostgresOptions = {
  url: string;
  schema: string;
  /** Connections besides the one that listens. */
  poolSize?: number;
  /** A connection that nobody uses breaks, or listening stops for a while: told here, mended by itself. */
  onTrouble?: (error: Error) => void;
};

const oldestVersion = 15;
const statementTimeoutMs = 30_000;

/** Connects to a PostgreSQL server. TLS as the URL says (`sslmode`). Throws one clear line below version 15. */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const { url, schema, poolSize = 10, onTrouble = () => {} } = options;
  const connection = {
    connectionString: url,
    application_name: 'dailies',
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  };
  const pool = new pg.Pool({
    ...connection,
    max: poolSize,
    // Statements, not start-up parameters: poolers refuse those.
    onConnect: async (client) => {
      await client.query(`select set_config('search_path', $1, false), set_config('statement_timeout', $2, false)`, [
        pg.escapeIdentifier(schema),
        String(statementTimeoutMs),
      ]);
    },
  });
  pool.on('error', onTrouble);
  await refuseOldServer(pool);

  const guard = transactionGuard();
  const line = listenLine(connection, onTrouble);
  const on = (client: pg.Pool | pg.PoolClient): Queryable['query'] => {
    return async <Row extends object>(text: string, params?: unknown[]) =>
      (await client.query<Row & pg.QueryResultRow>(text, params)).rows;
  };
  const query = on(pool);
  return {
    schema,
    exclusive: false,
    query: async (text, params) => {
      guard.check();
      return query(text, params);
    },
    transaction: async (work) => {
      guard.check();
      return inTransaction(pool, (client) => guard.run(() => work({ query: on(client) })));
    },
    listen: line.listen,
    drizzle: drizzle({ client: pool }),
    close: async () => {
      await line.close();
      await pool.end();
    },
  };
}

async function refuseOldServer(pool: pg.Pool): Promise<void> {
  try {
    const { rows } = await pool.query<{ number: number; name: string }>(
      `select current_setting('server_version_num')::int as number, current_setting('server_version') as name`,
    );
    const refusal = versionRefusal(rows[0]?.number ?? 0, rows[0]?.name ?? 'something else');
    if (refusal) throw new Error(refusal);
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/** Null for a server that is new enough; `number` as in `server_version_num`. */
export const versionRefusal = (number: number, name: string): string | null =>
  number >= oldestVersion * 10_000 ? null : `PostgreSQL ${oldestVersion} or newer is needed; this server runs ${name}`;

async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    // A connection that cannot even roll back is thrown away by release.
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
