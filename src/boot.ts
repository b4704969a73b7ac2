import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { createApp } from '#api/app.ts';
import { adminId, createAccounts } from '#api/auth/accounts.ts';
import { createFirstRun } from '#api/auth/first-run.ts';
import { isHouseToken } from '#api/auth/house-token.ts';
import { rememberKeys } from '#api/auth/known-keys.ts';
import { createSignedLinks } from '#api/auth/signed-links.ts';
import { createSupabase } from '#api/auth/supabase.ts';
import type { Api } from '#api/context.ts';
import { createSockets, type Upgrade } from '#api/live/sockets.ts';
import { createViews } from '#api/videos/view.ts';
import { type Config, isLoopback } from '#config.ts';
import { createHooks } from '#engine/hooks.ts';
import { startHousekeeping } from '#engine/housekeeping.ts';
import { createSweeper } from '#engine/sweep.ts';
import type { Clock, Log, Store, System } from '#engine/system.ts';
import { startWorker, type Worker } from '#engine/worker.ts';
import { createDiskMedia } from '#media/disk.ts';
import { publicOrigin } from '#net/public-origin.ts';
import { createSafeFetch, refusalOf } from '#net/safe-fetch.ts';
import { createLive } from '#notify/live.ts';
import { createWebhooks } from '#notify/webhooks.ts';
import type { Registry } from '#providers/registry.ts';
import { dumpRows } from '#store/backup/dump.ts';
import { connect } from '#store/database/connect.ts';
import type { Database } from '#store/database/database.ts';
import { lockDirectory } from '#store/database/pglite-lock.ts';
import { openInvites } from '#store/people/invites.ts';
import { openKeys } from '#store/people/keys.ts';
import { openPeople } from '#store/people/people.ts';
import { openRateLimits } from '#store/people/rate-limits.ts';
import { signInRows } from '#store/people/sign-in.ts';
import { openStore } from '#store/store.ts';
import { openWebhooks } from '#store/webhooks/endpoints.ts';
import { openDeliveryQueue } from '#store/webhooks/queue.ts';
import { openInstallation } from './installation.ts';
import { keptFile } from './kept-file.ts';
import { createReadInput } from './read-input.ts';
import { createSimulatorProcess } from './simulator-process.ts';

/** The product, put together: what a process serves, and how it ends. */
export type Dailies = {
  config: Config;
  log: Log;
  system: System;
  registry: Registry;
  app: ReturnType<typeof createApp>;
  /** The live stream over WebSocket. */
  upgrade: Upgrade;
  firstRun: Api['firstRun'];
  /** Where the first API key lies; null where a variable gave it. */
  keyFile: string | null;
  /** Ends the open streams: what a server does before it waits for its connections. */
  endStreams(): Promise<void>;
  stop(): Promise<void>;
};

/** Next bundles modules a second time: two copies of this file must still be one product. */
const slot = Symbol.for('dailies');
type Slot = { [slot]?: Promise<Dailies> };

/** The parts of this process, put together once. Throws what makes a start impossible. */
export function boot(config: Config): Promise<Dailies> {
  const shared = globalThis as Slot;
  shared[slot] ??= assemble(config);
  return shared[slot];
}

const simulatorPatienceMs = 5_000;

async function assemble(config: Config): Promise<Dailies> {
  const log = createLog(config);
  warnOfShortSecret(config, log);
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const simulator = createSimulatorProcess(config.dataDir, lockDirectory, log);
  const database = await connect({ ...config, onTrouble: (err) => log.warn({ err }, 'database') });
  try {
    const store = openStore(database, { dailyCapMicroUsd: config.dailyCapMicroUsd });
    const secret = config.secret ?? (await keptFile(join(config.dataDir, 'secret'), () => randomText(32)));
    // The SDK of buckets is loaded where there is one.
    const media = config.s3
      ? (await import('#media/s3.ts')).createS3Media(config.s3)
      : createDiskMedia({ dir: join(config.dataDir, 'media') });
    const installation = await openInstallation({
      config,
      database,
      secret,
      simulator: { url: () => (config.simulatorUrl ? withVersion(config.simulatorUrl) : simulator.url()) },
      readInput: createReadInput(store, media, join(config.dataDir, 'inputs')),
      log,
    });
    const { providers, catalogue } = installation.registry;
    const warm = config.simulatorUrl === null && catalogue.defaultModel().startsWith('simulator/');
    // The slowest part of a start: it goes on beside the rest.
    const simulatorReady = warm ? simulator.start(simulatorPatienceMs) : Promise.resolve();
    // With the only process that can hold a claim dead, all claims are.
    if (database.exclusive) await store.releaseAllClaims();
    await store.recordBoot();

    const system: System = {
      store,
      providers,
      catalogue,
      media,
      clock,
      hooks: createHooks(secret, publicOrigin(config.appUrl)),
      random: randomBytes,
      log,
      settings: {
        leaseMs: config.leaseMs,
        upstreamTimeoutMs: config.upstreamTimeoutMs,
        watchWidth: 64,
        collectWidth: 4,
        copyLimitMs: config.copyLimitMs,
        deadlineMs: config.deadlineMs,
        maxRunningPerOwner: config.maxRunningPerOwner,
        maxQueuedPerOwner: config.maxQueuedPerOwner,
        schedule: config.schedule,
      },
    };

    const accounts = createAccounts({
      database: signInRows(database),
      secret,
      appUrl: config.appUrl,
      log,
    });
    await accounts.makeAdmin(config.admin);
    const people = openPeople(database);
    const keys = openKeys(database);
    const keyFile = config.apiKey ? null : join(config.dataDir, 'api-key');
    const firstKey = keyFile ? await keptFile(keyFile, () => `dk_${randomText(24)}`) : config.apiKey;
    if (firstKey) await keys.ensure(adminId, 'First key', firstKey);

    const links = createSignedLinks(secret);
    const views = createViews(system, links);
    const live = createLive({ store, clock, log, view: (id) => viewOf(store, views, id) });
    const { seal } = installation;
    const endpoints = openWebhooks(database, seal);
    await endpoints.reseal();
    const tellable = toldHosts(config);
    const version = await versionOfProgram();
    const webhooks = createWebhooks({
      queue: openDeliveryQueue(database, { seal, log, works: config.role !== 'web' }),
      endpoints,
      store,
      fetch: createSafeFetch({ allowHosts: tellable, httpsOnly: true }),
      clock,
      log,
      userAgent: `Dailies/${version}`,
    });
    const firstRun = createFirstRun(accounts, isPrivate(config), randomBytes);

    let worker: Worker | null = null;
    const sweeper = createSweeper(system);
    const api: Api = {
      system,
      accounts,
      people,
      invites: openInvites(database),
      keys: rememberKeys(keys),
      rateLimits: openRateLimits(database),
      supabase: config.supabase && createSupabase({ ...config.supabase, people }),
      firstRun,
      live,
      links,
      backup: {
        opens: (token) => isHouseToken(secret, 'backup', token, clock.now()),
        take: () => backUpRows(database, config.dataDir),
      },
      views,
      installation,
      webhooks: { endpoints, ...webhooks, mayBeTold: (url) => refusalOf(url, tellable) },
      fetchUntrusted: createSafeFetch({ allowHosts: config.allowHosts, httpsOnly: true }),
      wake: config.role === 'web' ? null : () => worker?.wake(),
      lookAt: (id) => sweeper.one(id),
      sweeper: () => worker?.sweeper ?? sweeper,
      settings: {
        appUrl: config.appUrl,
        trustedProxies: config.trustedProxies,
        allowedOrigins: config.allowedOrigins,
        firstKey,
        createsPerMinute: config.createsPerMinute,
        cronSecret: config.cronSecret,
        retentionMs: config.retentionMs,
        version,
      },
    };
    const app = createApp(api);
    let stopping = false;
    const working = simulatorReady.then(() => {
      if (config.role === 'web' || stopping) return;
      worker = startWorker(system);
      webhooks.start();
    });
    working.catch((err) => log.error({ err }, 'the worker did not start'));
    const stopHousekeeping =
      config.role === 'web' ? null : startHousekeeping(system, config.retentionMs, randomText(8));
    media.sweep().catch((err) => log.warn({ err }, 'copies that broke off could not be removed'));

    return {
      config,
      log,
      system,
      registry: installation.registry,
      app,
      upgrade: createSockets(api),
      firstRun,
      keyFile,
      endStreams: () => live.stop(),
      async stop() {
        stopping = true;
        installation.stop();
        await live.stop();
        await Promise.all([worker?.stop(), sweeper.stop(), stopHousekeeping?.(), webhooks.stop()]);
        await Promise.all([store.close(), simulator.stop()]);
      },
    };
  } catch (error) {
    await Promise.allSettled([database.close(), simulator.stop()]);
    throw error;
  }
}

async function versionOfProgram(): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function warnOfShortSecret({ cronSecret }: Config, log: Log): void {
  if (cronSecret === null || cronSecret.length >= 32) return;
  const closed = cronSecret.length < 16 ? 'the cron endpoint stays closed' : 'make it longer: openssl rand -base64 32';
  log.warn({ length: cronSecret.length }, `CRON_SECRET has fewer than 32 characters: ${closed}`);
}

/** Who asks at this machine itself may be told there; else a loopback address is the operator's own to allow. */
const toldHosts = (config: Config): string[] =>
  isPrivate(config) && config.trustedProxies === 0
    ? [...config.allowHosts, 'localhost', '127.0.0.1', '[::1]']
    : config.allowHosts;

/** Loopback on every side: whoever can ask sits at this machine. */
const isPrivate = ({ host, appUrl }: Config): boolean =>
  isLoopback(host) && (appUrl === null || isLoopback(new URL(appUrl).hostname));

async function viewOf(store: Store, views: Api['views'], id: string) {
  const details = await store.get(id, null);
  return details && !details.video.hiddenAt ? views.of(details) : null;
}

/** `npm run simulator` names its origin; the protocol lies below /v1. */
const withVersion = (url: string): string => (url.endsWith('/v1') ? url : `${url}/v1`);

/** Beside the rows themselves, where only their owner reads; whoever asked moves them away. */
async function backUpRows(database: Database, dataDir: string) {
  const directory = `backup-${randomBytes(8).toString('hex')}`;
  return { directory, ...(await dumpRows(database, join(dataDir, directory))) };
}

const randomText = (bytes: number) => randomBytes(bytes).toString('base64url');

const clock: Clock = {
  now: () => new Date(),
  elapsedMs: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await sleep(ms, undefined, { ref: true, ...(signal && { signal }) });
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  },
};

const secretFields = ['authorization', 'cookie', 'password', 'apiKey', 'secret', 'token'];

function createLog({ logLevel }: Config): Log {
  return pino({
    level: logLevel ?? (process.stdout.isTTY ? 'warn' : 'info'),
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: secretFields.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
  });
}
