import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, Queryable } from '#store/database/database.ts';
import { migrate } from '#store/migrate.ts';
import type { Dumped } from './dump.ts';
import { quoted, type Table, tablesOf } from './tables.ts';

/** The backup does not fit into this database; the message says why. */
export class NotLoadable extends Error {
  override name = 'NotLoadable';
}

const batch = 500;

/**
 * Fills an empty database with a dump, all or nothing.
 * 1. Migrate as far as the dump's own schema; the later migrations then change its rows as they would have.
 * 2. Refuse a database that holds something.
 * 3. Load each table in the order of its references, count what arrived, and set its counter.
 * 4. Nobody holds a claim; then the rest of the migrations.
 */
export async function loadRows(database: Database, dir: string, dumped: Dumped): Promise<void> {
  await migrate(database, { upTo: Number(dumped.migration) });
  await database.transaction(
    async (tx) => {
      const [level] = await tx.query<{ last: string }>('select max(name)::text as last from migrations');
      if (level?.last !== dumped.migration) {
        const newer = Number(level?.last) < Number(dumped.migration);
        throw new NotLoadable(
          newer
            ? 'the backup is of a newer version than this one: restore it with that version'
            : 'the database is not empty: its schema is newer than the backup',
        );
      }
      const tables = await tablesOf(tx, database.schema);
      const strangers = Object.keys(dumped.tables).filter((name) => !tables.some((table) => table.name === name));
      if (strangers.length > 0) throw new NotLoadable(`the backup has tables that are not known here: ${strangers}`);
      for (const { name } of tables) {
        const found = await tx.query(`select 1 from ${quoted(name)} limit 1`);
        if (found.length > 0) throw new NotLoadable(`the database is not empty: there are rows in ${name}`);
      }
      for (const table of tables) {
        const expected = dumped.tables[table.name] ?? 0;
        const loaded = expected === 0 ? 0 : await loadTable(tx, table, join(dir, `${table.name}.ndjson`));
        if (loaded !== expected) {
          throw new NotLoadable(`the backup is damaged: ${loaded} of ${expected} rows in ${table.name}.ndjson`);
        }
      }
      await tx.query('update videos set claimed_until = null where claimed_until is not null');
    },
    { untimed: true },
  );
  await migrate(database);
}

async function loadTable(tx: Queryable, { name, columns, counter }: Table, path: string): Promise<number> {
  const list = columns.map(quoted).join(', ');
  const statement = `
    insert into ${quoted(name)} (${list}) overriding system value
    select ${list} from jsonb_populate_recordset(null::${quoted(name)}, $1::jsonb)`;
  let count = 0;
  let lines: string[] = [];
  const flush = async () => {
    if (lines.length === 0) return;
    await tx.query(statement, [`[${lines.join(',')}]`]);
    count += lines.length;
    lines = [];
  };
  const file = await open(path);
  try {
    for await (const line of file.readLines()) {
      if (line !== '') lines.push(line);
      if (lines.length >= batch) await flush();
    }
    await flush();
  } finally {
    await file.close();
  }
  if (counter) {
    await tx.query(
      `select setval(pg_get_serial_sequence($1, $2), greatest(max(${quoted(counter)}), 1)) from ${quoted(name)}`,
      [quoted(name), counter],
    );
  }
  return count;
}
