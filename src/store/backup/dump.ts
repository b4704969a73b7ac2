import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, Queryable } from '#store/database/database.ts';
import { quoted, tablesOf } from './tables.ts';

/** What a dump holds. */
export type Dumped = {
  /** The database's time of the snapshot. */
  takenAt: string;
  /** The last migration of its schema. */
  migration: string;
  /** Rows by table. */
  tables: Record<string, number>;
};

const batch = 1_000;

/**
 * Every row as one line of JSON, `<table>.ndjson` in a new directory: one snapshot of all tables, in constant memory.
 * Neither PGlite's files nor a PostgreSQL version show in it, so it goes into either, of any version.
 */
export async function dumpRows(database: Database, dir: string): Promise<Dumped> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  return database.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only');
    const [head] = await tx.query<{ at: Date; migration: string }>(
      'select now() as at, max(name)::text as migration from migrations',
    );
    if (!head) throw new Error('the database tells no time');
    const tables: Dumped['tables'] = {};
    for (const { name, columns } of await tablesOf(tx, database.schema)) {
      const file = await open(join(dir, `${name}.ndjson`), 'wx', 0o600);
      try {
        tables[name] = await dumpTable(tx, name, columns, file);
        await file.sync();
      } finally {
        await file.close();
      }
    }
    return { takenAt: head.at.toISOString(), migration: head.migration, tables };
  });
}

async function dumpTable(tx: Queryable, name: string, columns: string[], file: FileHandle): Promise<number> {
  const list = columns.map((column) => `t.${quoted(column)}`).join(', ');
  await tx.query(
    `declare rows no scroll cursor for
     select row_to_json(r)::text as line from (select ${list} from ${quoted(name)} t) r`,
  );
  let count = 0;
  for (;;) {
    const rows = await tx.query<{ line: string }>(`fetch ${batch} from rows`);
    if (rows.length === 0) break;
    await file.write(rows.map(({ line }) => `${line}\n`).join(''));
    count += rows.length;
  }
  await tx.query('close rows');
  return count;
}
