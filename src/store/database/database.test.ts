import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { wish } from '#store/conformance/scene.ts';
import { migrate } from '#store/migrate.ts';
import { openStore } from '#store/store.ts';
import { testDatabases } from '#store/testing.ts';
import { OutsideTransaction } from './database.ts';

describe.each(testDatabases())('$name', ({ open }) => {
  test('a query beside an open transaction throws instead of waiting for ever', async () => {
    const database = await open();
    await database.transaction(async (tx) => {
      await tx.query('select 1');
      await expect(database.query('select 1')).rejects.toThrow(OutsideTransaction);
      await expect(database.transaction(async () => {})).rejects.toThrow(OutsideTransaction);
      await Promise.all([expect(database.query('select 1')).rejects.toThrow(OutsideTransaction)]);
    });
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('a query from elsewhere waits for its turn', async () => {
    const database = await open();
    const order: string[] = [];
    const inside = Promise.withResolvers<void>();
    const slow = database.transaction(async (tx) => {
      await tx.query('lock table boots');
      inside.resolve();
      await sleep(20);
      order.push('transaction');
    });
    await inside.promise;
    await database.query('select * from boots').then(() => order.push('query'));
    await slow;
    expect(order).toEqual(['transaction', 'query']);
  });

  test('what is left running after its transaction is free to query', async () => {
    const database = await open();
    let later: Promise<unknown> = Promise.resolve();
    const done = Promise.withResolvers<void>();
    await database.transaction(async (tx) => {
      await tx.query('select 1');
      later = done.promise.then(() => database.query('select 1 as one'));
    });
    done.resolve();
    await expect(later).resolves.toEqual([{ one: 1 }]);
  });

  test('a transaction that throws leaves nothing behind', async () => {
    const database = await open();
    const broken = database.transaction(async (tx) => {
      await tx.query('insert into boots (at) values (now())');
      throw new Error('no');
    });
    await expect(broken).rejects.toThrow('no');
    expect(await database.query('select * from boots')).toEqual([]);
  });

  test('a listener may query at once, and hears a burst', async () => {
    const database = await open();
    const heard: unknown[] = [];
    const away = database.listen('news', () => {
      database.query('select count(*)::int as n from boots').then(
        (rows) => heard.push(...rows),
        (error: unknown) => heard.push(error),
      );
    });
    await expect.poll(() => heard).toEqual([{ n: 0 }]);
    await database.transaction(async (tx) => {
      await tx.query('insert into boots (at) values (now())');
      await tx.query(`select pg_notify('news', ''), pg_notify('news', '')`);
    });
    await expect.poll(() => heard).toEqual([{ n: 0 }, { n: 1 }]);
    away();
  });

  test('an error carries its code, and no values', async () => {
    const database = await open();
    const secret = 'a prompt that belongs to somebody';
    const error = await database.query('select $1::text::int', [secret.slice(0, 3)]).catch((failure) => failure);
    expect(error).toMatchObject({ code: '22P02' });
    expect(Object.keys(error)).not.toContain('parameters');
    expect(error.params).toBeUndefined();
  });

  test('migrating again, and from two sides at once, changes nothing', async () => {
    const database = await open();
    const applied = () => database.query('select * from migrations order by name');
    const before = await applied();
    expect(before.length).toBeGreaterThan(0);
    await Promise.all([migrate(database), migrate(database)]);
    expect(await applied()).toEqual(before);
  });

  test('events of a restored dump come before those written since', async () => {
    const database = await open();
    const store = openStore(database);
    await store.create([wish(1)], 10);
    await database.query(`update events set xid = '9000000000000'`);
    expect(await store.eventsAfter('0-0', 10)).toEqual({ events: [], more: true });
    await migrate(database);
    await store.create([wish(2)], 10);
    const seen = async () => (await store.eventsAfter('0-0', 10)).events.map(({ videoId }) => videoId);
    await expect.poll(seen, { timeout: 10_000 }).toEqual([wish(1).id, wish(2).id]);
  });

  test('everything stands in the configured schema, and none of it in public', async () => {
    const database = await open();
    const tables = await database.query<{ schema: string }>(
      `select distinct table_schema as schema from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema')`,
    );
    expect(tables).toEqual([{ schema: 'dailies' }]);
  });
});
