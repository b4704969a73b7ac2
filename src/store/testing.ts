import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import type { Store } from '#engine/system.ts';
import type { Database } from '#store/database/database.ts';
import { openPglite } from '#store/database/pglite.ts';
import { openPostgres } from '#store/database/postgres.ts';
import { openMemoryStore } from './memory.ts';
import type { Role } from './schema/auth.ts';
import { openStore } from './store.ts';

export { openMemoryStore };

export type TestDatabase = {
  name: 'PGlite' | 'PostgreSQL';
  /** Migrated, and closed (and dropped) after the tests of the file. The same one at each call, emptied. */
  open: () => Promise<Database>;
};
type StoreOptions = { now?: () => Date; dailyCapMicroUsd?: number | null };
export type TestStore = {
  name: string;
  /** An empty store; `now` is its clock. Nothing has to be closed. */
  open: (options?: StoreOptions) => Promise<Store>;
};

const schema = 'dailies';

/** The databases that are reachable, for `describe.each`. Call it at the top of a test file. */
export function testDatabases(): TestDatabase[] {
  const url = inject('postgresUrl');
  const template = inject('postgresTemplate');
  const embedded = { name: 'PGlite', open: once(copyPglite) } as const;
  if (!url || !template) return [embedded];
  return [embedded, { name: 'PostgreSQL', open: once(() => copyPostgres(url, template)) }];
}

/** The in-memory store and one for each database: what holds for one must hold for all. */
export function testStores(): TestStore[] {
  const onDatabases = testDatabases().map(({ name, open }) => ({
    name,
    open: async (options: StoreOptions = {}) => {
      const store = openStore(await open(), options);
      return { ...store, close: async () => {} };
    },
  }));
  return [{ name: 'memory', open: async (options = {}) => openMemoryStore(options) }, ...onDatabases];
}

function once(open: () => Promise<Database>): () => Promise<Database> {
  let opened: Promise<Database> | null = null;
  afterAll(async () => (await opened)?.close());
  return async () => {
    opened ??= open();
    const database = await opened;
    await empty(database);
    return database;
  };
}

async function empty(database: Database): Promise<void> {
  const tables = await database.query<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = $1 and tablename <> 'migrations'`,
    [database.schema],
  );
  // Not `truncate`, which makes every file of every table anew; and without triggers, as that goes.
  const deletes = tables.map(({ name }) => `delete from ${name};`).join(' ');
  await database.query(`do $$ begin set local session_replication_role = replica; ${deletes} end $$`);
}

async function copyPglite(): Promise<Database> {
  const dump = await readFile(inject('pgliteDump'));
  return openPglite({ dataDir: null, schema, loadDataDir: new Blob([dump]) });
}

async function copyPostgres(url: string, template: string): Promise<Database> {
  const name = `dailies_test_${randomUUID().replaceAll('-', '')}`;
  const server = new pg.Client({ connectionString: url });
  await server.connect();
  await server.query(`create database ${name} template ${template}`);
  const target = new URL(url);
  target.pathname = name;
  const database = await openPostgres({ url: target.href, schema, poolSize: 4 });
  return {
    ...database,
    close: async () => {
      await database.close();
      await server.query(`drop database ${name} with (force)`);
      await server.end();
    },
  };
}

export async function addUser(database: Database, { id, role }: { id: string; role: Role }): Promise<void> {
  await database.query(`insert into "user" (id, name, email, role) values ($1, $1, $1 || '@example.com', $2)`, [
    id,
    role,
  ]);
}
