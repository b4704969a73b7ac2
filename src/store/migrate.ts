import { join } from 'node:path';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { Database } from '#store/database/database.ts';

/**
 * Brings the schema up to date, or `upTo` one of its migrations, whoever comes first: one transaction under an advisory
 * lock. The migrations come from drizzle-kit; its own migrator is not used since it knows no schema but the one that was
 * generated for.
 */
export async function migrate(database: Database, { upTo = Number.POSITIVE_INFINITY } = {}): Promise<void> {
  const files = readMigrationFiles({ migrationsFolder: join(import.meta.dirname, 'migrations') });
  const schema = `"${database.schema.replaceAll('"', '""')}"`;
  await database.transaction(
    async (tx) => {
      await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`migrate ${database.schema}`]);
      await tx.query(`create schema if not exists ${schema}`);
      await tx.query(
        'create table if not exists migrations (name bigint primary key, applied_at timestamptz not null)',
      );
      const done = await tx.query<{ last: string | null }>('select max(name)::text as last from migrations');
      const last = Number(done[0]?.last ?? 0);
      for (const { folderMillis, sql } of files.filter(
        ({ folderMillis }) => folderMillis > last && folderMillis <= upTo,
      )) {
        // drizzle-kit names "public" where a table refers to another; ours are found by search_path.
        for (const statement of sql) await tx.query(statement.replaceAll('"public".', ''));
        await tx.query('insert into migrations values ($1, now())', [folderMillis]);
      }
      // A restored dump brings transaction ids of another server: those ahead of ours would be hidden until we get there.
      await tx.query('update events set xid = pg_current_xact_id() where xid > pg_current_xact_id()');
      const [position] = await tx.query(`select 1 as there where to_regclass('webhook_position') is not null`);
      if (position) {
        await tx.query('update webhook_position set xid = pg_current_xact_id() where xid > pg_current_xact_id()');
      }
    },
    { untimed: true },
  );
}
