import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectOptions, connect } from '#store/database/connect.ts';
import type { Database } from '#store/database/database.ts';
import { openPglite } from '#store/database/pglite.ts';
import { openPostgres } from '#store/database/postgres.ts';
import { findPostgres } from '../test/postgres.ts';

/** What the benches stand on: PostgreSQL where one answers, else the embedded database; all of it gone at the end. */
export type Ground = {
  /** Name and version. */
  databaseName: string;
  databaseUrl: string | null;
  /** A place for our tables. */
  place(name: string): ConnectOptions & { dataDir: string };
  open(name: string): Promise<Database>;
  /** An empty schema for the seeds' tables, on the same database server. */
  openEmpty(name: string): Promise<Database>;
  dir: string;
  quick: boolean;
  say(line: string): void;
  close(): Promise<void>;
};

export async function prepareGround({ quick }: { quick: boolean }): Promise<Ground> {
  const databaseUrl = await findPostgres(process.env);
  const databaseName = await nameOf(databaseUrl);
  const dir = await mkdtemp(join(tmpdir(), 'dailies-bench-'));
  const prefix = `bench_${process.pid}_`;
  const place = (name: string) => ({
    databaseUrl,
    databaseSchema: prefix + name,
    dataDir: join(dir, name),
  });

  async function openEmpty(name: string): Promise<Database> {
    const schema = prefix + name;
    const database = databaseUrl
      ? await openPostgres({ url: databaseUrl, schema })
      : await openPglite({ dataDir: join(dir, name), schema });
    await database.query(`create schema if not exists "${schema}"`);
    return database;
  }

  return {
    databaseName,
    databaseUrl,
    place,
    open: (name) => connect(place(name)),
    openEmpty,
    dir,
    quick,
    say: (line) => console.error(`  ${line}`),
    async close() {
      if (databaseUrl) await dropSchemas(databaseUrl, prefix);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function nameOf(databaseUrl: string | null): Promise<string> {
  const database = databaseUrl
    ? await openPostgres({ url: databaseUrl, schema: 'public' })
    : await openPglite({ dataDir: null, schema: 'public' });
  const [row] = await database.query<{ version: string }>(`select current_setting('server_version') as version`);
  await database.close();
  return `${databaseUrl ? 'PostgreSQL' : 'PGlite with PostgreSQL'} ${row?.version.split(' ')[0]}`;
}

async function dropSchemas(url: string, prefix: string): Promise<void> {
  const database = await openPostgres({ url, schema: 'public' });
  const ours = await database.query<{ name: string }>(
    'select nspname as name from pg_namespace where starts_with(nspname, $1)',
    [prefix],
  );
  for (const { name } of ours) await database.query(`drop schema "${name}" cascade`);
  await database.close();
}
