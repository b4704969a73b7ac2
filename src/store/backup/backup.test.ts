import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '#store/database/database.ts';
import { openPglite } from '#store/database/pglite.ts';
import { addUser, testDatabases } from '#store/testing.ts';
import { dumpRows } from './dump.ts';
import { loadRows, NotLoadable } from './load.ts';

let dir: string;
/** A new database for each test, but for the server it is on. */
let target: Database;
beforeAll(async () => {
  target = await openPglite({ dataDir: null, schema: 'elsewhere' });
});
afterAll(() => target.close());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dailies-backup-'));
});
afterEach(async () => {
  await target.query('drop schema if exists elsewhere cascade');
  await rm(dir, { recursive: true });
});

const text = 'quote " backslash \\ newline \n and 🦊';

async function fill(database: Database): Promise<void> {
  await addUser(database, { id: 'u1', role: 'member' });
  await database.query(
    `insert into api_keys (id, owner_id, name, prefix, sha256, created_at) values ('k1', 'u1', $1, 'dk_', 'x', now())`,
    [text],
  );
  await database.query(
    `insert into events (owner_id, at, type, actor, data) values ('u1', now(), 'made', '{"type": "user"}', '{"n": 1}')`,
  );
}

describe.each(testDatabases())('a backup of $name', ({ open }) => {
  test('goes into another database with every row as it was, and its numbers go on from there', async () => {
    const source = await open();
    await fill(source);
    const dumped = await dumpRows(source, join(dir, 'rows'));
    expect(dumped.tables).toMatchObject({ user: 1, api_keys: 1, events: 1, videos: 0 });
    await loadRows(target, join(dir, 'rows'), dumped);
    const rows = `select k.name, k.created_at, u.email, e.data from api_keys k join "user" u on u.id = k.owner_id cross join events e`;
    expect(await target.query(rows)).toEqual(await source.query(rows));
    const [last] = await target.query<{ id: string | number }>('select id from events');
    const [next] = await target.query<{ id: string | number }>(
      `insert into events (owner_id, at, type, actor, data) values ('u1', now(), 'next', '{}', '{}') returning id`,
    );
    expect(Number(next?.id)).toBeGreaterThan(Number(last?.id));
  });

  test('is one moment: what is written meanwhile is in no table of it', async () => {
    const source = await open();
    await fill(source);
    const [dumped] = await Promise.all([dumpRows(source, join(dir, 'rows')), fillMore(source)]);
    await loadRows(target, join(dir, 'rows'), dumped);
    const orphans = await target.query('select 1 from api_keys where owner_id not in (select id from "user")');
    expect(orphans).toEqual([]);
  });

  test('is refused by a database that holds something, and when a line of it is gone; nothing is half-loaded', async () => {
    const source = await open();
    await fill(source);
    const rows = join(dir, 'rows');
    const dumped = await dumpRows(source, rows);
    await expect(loadRows(source, rows, dumped)).rejects.toThrow(/not empty/);

    const file = join(rows, 'events.ndjson');
    const whole = await readFile(file);
    await writeFile(file, '');
    await expect(loadRows(target, rows, dumped)).rejects.toThrow('0 of 1 rows in events.ndjson');
    expect(await target.query('select 1 from "user"')).toEqual([]);
    await writeFile(file, whole);
    await loadRows(target, rows, dumped);
    expect(await target.query('select 1 from "user"')).toHaveLength(1);
  });

  test('of a newer version is refused', async () => {
    const dumped = await dumpRows(await open(), join(dir, 'rows'));
    const newer = { ...dumped, migration: String(Number(dumped.migration) + 1) };
    await expect(loadRows(target, join(dir, 'rows'), newer)).rejects.toThrow(NotLoadable);
  });
});

async function fillMore(database: Database): Promise<void> {
  for (let n = 2; n < 20; n++) {
    await addUser(database, { id: `u${n}`, role: 'member' });
    await database.query(
      `insert into api_keys (id, owner_id, name, prefix, sha256, created_at) values ($1, $1, 'k', 'dk_', $1, now())`,
      [`u${n}`],
    );
  }
}
