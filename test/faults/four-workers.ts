import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { wish } from '#store/conformance/scene.ts';
import type { Database } from '#store/database/database.ts';
import { openPostgres } from '#store/database/postgres.ts';
import { migrate } from '#store/migrate.ts';
import { openStore } from '#store/store.ts';
import { type Started, start } from '../../src/process-testing.ts';
import { brokenAmong, type Fault, type Ground, type Outcome } from './fault.ts';
import { dropSchema } from './house.ts';
import { openUpstream, type Upstream } from './upstream.ts';

const leases = { long: 8_000, short: 5_000 };
/** Of the long form; the short one runs beside other tests. */
const pickUpMs = { long: 2_000, short: 30_000 };

export const fourWorkers: Fault = {
  name: 'four workers, one killed every 5 s',
  about: '10,000 videos run, each is looked at every minute; how late a look is, and how many look at once',
  async run(ground) {
    if (!ground.postgresUrl) return 'no PostgreSQL is reachable';
    const schema = `faults_${randomBytes(6).toString('hex')}`;
    const upstream = await openUpstream({ latencyMs: 20 });
    const database = await openPostgres({ url: ground.postgresUrl, schema, poolSize: 2 });
    try {
      await migrate(database);
      return await killAndWatch(ground, { postgresUrl: ground.postgresUrl, database, upstream });
    } finally {
      await database.close();
      await dropSchema(ground.postgresUrl, schema);
      await upstream.close();
    }
  },
};

type Parts = { postgresUrl: string; database: Database; upstream: Upstream };

async function killAndWatch({ long, say }: Ground, { postgresUrl, database, upstream }: Parts): Promise<Outcome> {
  const [videos, everyMs, forMs, killEveryMs] = long ? [10_000, 60_000, 120_000, 5_000] : [150, 2_000, 5_000, 2_500];
  const width = long ? 4 : 2;
  const leaseMs = long ? leases.long : leases.short;
  await begin(database, videos);
  const dataDir = mkdtempSync(join(tmpdir(), 'dailies-faults-'));
  const env = {
    DAILIES_DATA_DIR: dataDir,
    DATABASE_URL: postgresUrl,
    DAILIES_DB_SCHEMA: database.schema,
    DAILIES_SECRET: randomBytes(24).toString('hex'),
    OPENAI_BASE_URL: upstream.baseUrl,
    OPENAI_API_KEY: 'sk-test',
    DAILIES_DEFAULT_MODEL: 'openai/default',
    DAILIES_SCHEDULE: `fixed:${everyMs}ms`,
    DAILIES_LEASE: `${leaseMs}ms`,
    DAILIES_UPSTREAM_TIMEOUT: `${leaseMs / 2}ms`,
    LOG_LEVEL: 'warn',
  };
  const workers = Array.from({ length: width }, () => start('worker', env));
  try {
    await Promise.all(workers.map((worker) => worker.ready()));
    await spread(database, everyMs);
    const watch = watchLateness(database);
    const startedMs = performance.now();
    const looksBefore = upstream.looks();
    let kills = 0;
    while (performance.now() - startedMs < forMs) {
      await sleep(killEveryMs);
      // The one that has worked for longest: a kill of one that has not begun would change nothing.
      const victim = workers.find((worker) => isUp(worker));
      if (!victim) continue;
      kills++;
      await victim.stop();
      workers.splice(workers.indexOf(victim), 1);
      workers.push(start('worker', env));
      if (kills % 6 === 0) say(`${kills} kills, ${upstream.looks()} looks, at most ${watch.latestMs()} ms late`);
    }
    const lastedMs = performance.now() - startedMs;
    const perSecond = Math.round((upstream.looks() - looksBefore) / (lastedMs / 1_000));
    // On a busy machine those who came last have hardly begun.
    for (const endMs = performance.now() + 60_000; performance.now() < endMs; await sleep(50)) {
      if (upstream.seen() === videos) break;
    }
    await watch.stop();
    const [left] = await database.query<{ n: number }>(
      `select count(*)::int as n from videos where state <> 'running' or check_at is null`,
    );
    const figures = {
      videos,
      workers: workers.length,
      kills,
      looks: upstream.looks(),
      'looks/s': perSecond,
      'lease, ms': leaseMs,
      'latest look, ms late': watch.latestMs(),
      'never looked at': videos - upstream.seen(),
      'twice in flight': upstream.twiceInFlight(),
      POSTs: upstream.posts(),
      'not running any more': left?.n ?? -1,
    };
    const broken = brokenAmong({
      'every video is looked at': upstream.seen() === videos,
      'every look comes within lease + 2 s': watch.latestMs() <= leaseMs + (long ? pickUpMs.long : pickUpMs.short),
      'no video is looked at twice at once': upstream.twiceInFlight() === 0,
      'nothing is sent again': upstream.posts() === 0,
      'no video ends': left?.n === 0,
    });
    return { figures, broken };
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const isUp = (worker: Started) => worker.output().includes('Dailies works');

/** Running videos, accepted a moment ago, that nobody looks at so far. */
async function begin(database: Database, videos: number): Promise<void> {
  const store = openStore(database, { dailyCapMicroUsd: null });
  const model = { resolvedModel: 'openai/default', provider: 'openai' };
  for (let from = 0; from < videos; from += 500) {
    const some = Array.from({ length: Math.min(500, videos - from) }, (_, i) => wish(from + i + 1, model));
    await store.create(some, videos);
  }
  await database.query(
    `update attempts set sent_at = now(), operation = jsonb_build_object('id', 'up_' || video_id),
       upstream_id = 'up_' || video_id, watch_until = now() + interval '1 day'`,
  );
  await database.query(
    `update videos set state = 'running', accepted_at = now(), deadline_at = now() + interval '15 minutes'`,
  );
}

/** The first looks come over one interval, as they would by themselves. */
async function spread(database: Database, everyMs: number): Promise<void> {
  await database.query(`update videos set check_at = now() + random() * $1 * interval '1 millisecond'`, [everyMs]);
}

/** How long the longest due look has been waiting; a look under way counts until it is saved. */
async function latenessMs(database: Database): Promise<number> {
  const [row] = await database.query<{ ms: number }>(
    'select (extract(epoch from now() - min(check_at)) * 1000)::float8 as ms from videos where check_at is not null',
  );
  return Math.round(row?.ms ?? 0);
}

/** The longest that was waited, at any moment. */
function watchLateness(database: Database) {
  const over = new AbortController();
  let latestMs = 0;
  const watching = (async () => {
    while (!over.signal.aborted) {
      latestMs = Math.max(latestMs, await latenessMs(database));
      await sleep(100, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return {
    latestMs: () => latestMs,
    async stop() {
      over.abort();
      await watching;
    },
  };
}
