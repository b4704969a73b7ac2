import { createServer } from 'node:net';
import { beforeEach, describe, expect, inject, test } from 'vitest';
import type { Store } from '#engine/system.ts';
import { claimIn, leaseMs, wish } from '#store/conformance/scene.ts';
import type { Database, Queryable } from '#store/database/database.ts';
import { openPostgres, versionRefusal } from '#store/database/postgres.ts';
import { move } from '#video/lifecycle.ts';
import { migrate } from './migrate.ts';
import { openStore } from './store.ts';
import { testDatabases } from './testing.ts';

const traps = testDatabases().filter(({ name }) => name === 'PostgreSQL');

describe.each(traps)('several connections to $name', ({ open }) => {
  let database: Database;
  let store: Store;
  beforeEach(async () => {
    database = await open();
    store = openStore(database);
  });

  /** Does something in a transaction that stays open until the answer is called. */
  async function hold(work: (tx: Queryable) => Promise<void>): Promise<() => Promise<void>> {
    const done = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const open = database.transaction(async (tx) => {
      await work(tx);
      begun.resolve();
      await done.promise;
    });
    await begun.promise;
    return async () => {
      done.resolve();
      await open;
    };
  }
  const waiting = async () =>
    (
      await database.query(
        `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
    ).length;

  const insertEvent = `insert into events (video_id, owner_id, at, type, actor, data)
    values ($1, 'ada', now(), $2, '{"type": "system"}', '{}')`;

  // A transaction of any database of the server keeps events from being read: other tests may have one open for long.
  const patience = { timeout: 90_000 };
  test('an event that commits late is skipped by no reader', patience, async () => {
    const { id } = wish(1);
    await store.create([wish(1)], 10);
    await expect.poll(() => store.latestCursor(), { timeout: 40_000 }).not.toBe('0-0');
    const begin = await store.latestCursor();
    const release = await hold(async (tx) => {
      await tx.query(insertEvent, [id, 'slow']);
    });
    await database.query(insertEvent, [id, 'quick']);
    // The later id is committed first; who went by ids would go on behind it, and never see the other.
    const early = await store.eventsAfter(begin, 10);
    const earlyCursor = await store.latestCursor();
    await release();
    expect(early).toEqual({ events: [], more: true });
    expect(earlyCursor).toBe(begin);
    const seen = async () => (await store.eventsAfter(begin, 10)).events.map(({ type }) => type);
    await expect.poll(seen, { timeout: 40_000 }).toEqual(['slow', 'quick']);
  });

  test.each([
    { what: 'an admission', under: async () => store.admit([{ provider: 'sim', slots: null }], 1_000) },
    {
      what: 'a provider that is paused',
      before: async () => store.admit([{ provider: 'sim', slots: null }], 1_000),
      under: async () => store.setPaused('sim', true, { type: 'user', id: 'ada' }),
    },
  ])('$what takes rows in the order of their ids, as a save does: the two cannot wait for each other', async (one) => {
    const ids = [1, 2].map((n) => wish(n).id).sort();
    await store.create([wish(1), wish(2)], 10);
    await one.before?.();
    // The older id comes last in the table, which is too small to be read by an index.
    await database.query('update videos set prompt = prompt || $2 where id = $1', [ids[0], '!']);
    await database.query('analyze videos');
    const release = await hold(async (tx) => {
      await tx.query('select from videos where id = $1 for update', [ids[0]]);
    });
    const done = one.under();
    await expect.poll(waiting).toBe(1);
    const isFree = await database.query('select 1 from videos where id = $1 for update skip locked', [ids[1]]);
    await release();
    await done;
    expect(isFree).toHaveLength(1);
  });

  test('many workers share the due rows, and none is claimed twice', async () => {
    await store.create(
      Array.from({ length: 120 }, (_, n) => wish(n)),
      1_000,
    );
    await store.admit([{ provider: 'sim', slots: null }], 1_000);
    const batches = await Promise.all(Array.from({ length: 8 }, () => claimIn(store, 'sim', 'watch', 20)));
    const ids = batches.flat().map(({ video }) => video.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length + (await claimIn(store, 'sim', 'watch', 200)).length).toBe(120);
  });

  test('a row that somebody has locked is passed over, and looked for again', async () => {
    await store.create([wish(1), wish(2)], 10);
    await store.admit([{ provider: 'sim', slots: null }], 10);
    const release = await hold(async (tx) => {
      await tx.query('select 1 from videos where id = $1 for update', [wish(1).id]);
    });
    const due = await store.claim([{ provider: 'sim', lane: 'watch', limit: 5 }], leaseMs);
    await release();
    expect(due.claimed.map(({ video }) => video.id)).toEqual([wish(2).id]);
    expect(due.nextAt?.getTime()).toBeLessThanOrEqual(due.now.getTime());
  });

  test('of ten thousand rows, a pass and its save read the few that they are about', async () => {
    await store.create([wish(0)], 10);
    await store.admit([{ provider: 'sim', slots: null }], 10);
    await database.query(
      `insert into videos select copy.* from videos v, generate_series(1, 10000) nth,
         jsonb_populate_record(v, jsonb_build_object('id', 'copy_' || nth, 'state', 'running')) copy`,
    );
    await database.query(
      `insert into attempts select copy.* from attempts a, generate_series(1, 10000) nth,
         jsonb_populate_record(a, jsonb_build_object('id', 'attempt_' || nth, 'video_id', 'copy_' || nth)) copy`,
    );
    await database.query('analyze videos, attempts');
    const plans: string[] = [];
    const query = async (text: string, values?: unknown[]) => {
      const plan = await database.query<Record<string, string>>(`explain ${text}`, values);
      plans.push(...plan.flatMap((line) => Object.values(line)));
      return database.query(text, values);
    };
    const spied = openStore({ ...database, query: query as Database['query'] });
    const rooms = ['sim', 'other'].map((provider) => ({ provider, lane: 'watch', limit: 3 }) as const);
    const { claimed, now } = await spied.claim(rooms, leaseMs);
    const moves = claimed.map((claim) => move(claim, claim.video.state, { next: now, attempt: { checks: 1 } }));
    expect(await spied.saveMoves(moves)).toEqual(['saved', 'saved', 'saved']);
    await spied.scheduledProviders();
    expect(plans.filter((line) => line.includes('videos_due'))).not.toEqual([]);
    expect(plans.filter((line) => /Seq Scan on (videos|attempts)/.test(line))).toEqual([]);
  });

  test('two admissions at once stay within the slots, even when somebody comes to the front between them', async () => {
    await store.create(
      Array.from({ length: 8 }, (_, n) => wish(n)),
      1_000,
    );
    const release = await hold(async (tx) => {
      await tx.query('select 1 from videos where id = $1 for update', [wish(4).id]);
    });
    const admissions = [store.admit([{ provider: 'sim', slots: 5 }], 1_000)];
    await expect.poll(waiting).toBe(1);
    await store.create([wish(9, { priority: 1 })], 1_000);
    admissions.push(store.admit([{ provider: 'sim', slots: 5 }], 1_000));
    await expect.poll(waiting).toBe(2);
    await release();
    expect(await Promise.all(admissions)).toEqual([5, 0]);
  });

  test('two batches over the same rows in opposite order both end', async () => {
    await store.create(
      Array.from({ length: 100 }, (_, n) => wish(n)),
      1_000,
    );
    await store.admit([{ provider: 'sim', slots: null }], 1_000);
    const claims = await claimIn(store, 'sim', 'watch', 100);
    const moves = claims.map((claim) => move(claim, 'queued', { next: claim.at, keepsClaim: true }));
    const rounds = Array.from({ length: 6 }, (_, n) => store.saveMoves(n % 2 === 0 ? moves : moves.toReversed()));
    const hints = Array.from({ length: 6 }, () => store.hint('all'));
    expect(new Set((await Promise.all(rounds)).flat())).toEqual(new Set(['saved']));
    await Promise.all(hints);
  });

  test('listening begins again after the connection is lost, and then hears what was missed', async () => {
    let calls = 0;
    const away = store.listen('due', () => {
      calls += 1;
    });
    await expect.poll(() => calls).toBe(1);
    const killed = await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and query like 'listen %' and pid <> pg_backend_pid()`,
    );
    expect(killed).toHaveLength(1);
    await expect.poll(() => calls, { timeout: 5_000 }).toBe(2);
    await store.create([wish(1)], 10);
    await expect.poll(() => calls).toBe(3);
    away();
  });

  test('a pooled connection that breaks while idle is replaced', async () => {
    await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'dailies' and pid <> pg_backend_pid()`,
    );
    await expect.poll(() => store.check().then(() => 'up', String)).toBe('up');
  });

  test('a name that needs quoting is a schema like any other', async () => {
    const url = new URL(inject('postgresUrl') ?? '');
    const [row] = await database.query<{ name: string }>('select current_database() as name');
    url.pathname = row?.name ?? '';
    const other = await openPostgres({ url: url.href, schema: 'Odd "name"' });
    try {
      await migrate(other);
      const odd = openStore(other);
      let heard = 0;
      odd.listen('events', () => {
        heard += 1;
      });
      await expect.poll(() => heard).toBe(1);
      await odd.create([wish(1)], 10);
      await expect.poll(() => heard).toBe(2);
      expect(await odd.count(null)).toEqual({ queued: 1 });
      expect(await store.count(null)).toEqual({});
      expect(await other.query('select sora_generation_status as s from sora_videos')).toEqual([{ s: 'queued' }]);
    } finally {
      await other.query('drop schema "Odd ""name""" cascade');
      await other.close();
    }
  });
});

test('a server that is not there is one error, at once', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  await new Promise((resolve) => server.close(resolve));
  await expect(openPostgres({ url: `postgres://x@127.0.0.1:${port}/x`, schema: 'dailies' })).rejects.toThrow(
    /ECONNREFUSED/,
  );
});

test.each([
  [140_011, '14.11', 'PostgreSQL 15 or newer is needed; this server runs 14.11'],
  [150_002, '15.2', null],
])('version %i', (number, name, refusal) => {
  expect(versionRefusal(number, name)).toBe(refusal);
});
