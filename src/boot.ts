import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { pino } from 'pino';
import { createApp } from '#api/app.ts';
import { adminId, createAccounts } from '#api/auth/accounts.ts';
import { createFirstRun } from '#api/auth/first-run.ts';
import { rememberKeys } from '#api/auth/known-keys.ts';
import { createSignedLinks } from '#api/auth/signed-links.ts';
import type { Api } from '#api/context.ts';
import { createSockets, type Upgrade } from '#api/live/sockets.ts';
import { createViews } from '#api/videos/view.ts';
import { type Config, isLoopback } from '#config.ts';
import { createSweeper } from '#engine/sweep.ts';
import type { Clock, Log, Media, Store, System } from '#engine/system.ts';
import { startWorker, type Worker } from '#engine/worker.ts';
import { createDiskMedia } from '#media/disk.ts';
import { createLive } from '#notify/live.ts';
import { createRegistry } from '#providers/registry.ts';
import { authSchema } from '#store/auth-schema.ts';
import { connect } from '#store/database/connect.ts';
import { lockDirectory } from '#store/database/pglite-lock.ts';
import { type KeyHolder, openKeys } from '#store/keys.ts';
import { openStore } from '#store/store.ts';
import { keptFile } from './kept-file.ts';
import { createSimulatorProcess } from './simulator-process.ts';

/** The product, put together: what a process serves, and how it ends. */
export type Dailies = {
  config: Config;
  log: Log;
  system: System;
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
    const store = openStore(database);
    const warm = config.simulatorUrl === null && (config.defaultModel ?? 'simulator/').startsWith('simulator/');
    // The slowest part of a start: it goes on beside the rest.
    const simulatorReady = warm ? simulator.start(simulatorPatienceMs) : Promise.resolve();
    // With the only process that can hold a claim dead, all claims are.
    if (database.exclusive) await store.releaseAllClaims();
    await store.recordBoot();

    const media = createDiskMedia({ dir: join(config.dataDir, 'media') });
    const { providers, catalogue } = createRegistry({
      openai: config.openai.baseUrl ? { baseUrl: config.openai.baseUrl, apiKey: config.openai.apiKey } : null,
      simulator: { url: () => (config.simulatorUrl ? withVersion(config.simulatorUrl) : simulator.url()) },
      limits: config.limits,
      defaultModel: config.defaultModel,
      allowHosts: config.allowHosts,
      timeoutMs: config.upstreamTimeoutMs,
      readInput: (id, signal) => readInput(store, media, id, signal),
      log,
    });
    const system: System = {
      store,
      providers,
      catalogue,
      media,
      clock,
      random: randomBytes,
      log,
      settings: {
        leaseMs: config.leaseMs,
        upstreamTimeoutMs: config.upstreamTimeoutMs,
        watchWidth: 64,
        collectWidth: 4,
        deadlineMs: config.deadlineMs,
        maxRunningPerOwner: config.maxRunningPerOwner,
        maxQueuedPerOwner: config.maxQueuedPerOwner,
        schedule: config.schedule,
      },
    };

    const secret = config.secret ?? (await keptFile(join(config.dataDir, 'secret'), () => randomText(32)));
    const accounts = createAccounts({
      database: drizzleAdapter(database.drizzle, { provider: 'pg', schema: authSchema }),
      secret,
      appUrl: config.appUrl,
      log,
    });
    await accounts.makeAdmin(config.admin);
    const keys = openKeys(database);
    const keyFile = config.apiKey ? null : join(config.dataDir, 'api-key');
    const firstKey = keyFile ? await keptFile(keyFile, () => `dk_${randomText(24)}`) : config.apiKey;
    if (firstKey) await keys.ensure(adminId, 'First key', firstKey);

    const links = createSignedLinks(secret);
    const views = createViews(system, links);
    const live = createLive({ store, clock, log, view: (id) => viewOf(store, views, id) });
    const firstRun = createFirstRun(accounts, isPrivate(config), randomBytes);

    let worker: Worker | null = null;
    const sweeper = createSweeper(system);
    const api: Api = {
      system,
      accounts,
      keys: rememberKeys({ verify: async (secret) => asMember(await keys.verify(secret)) }),
      firstRun,
      live,
      links,
      views,
      wake: config.role === 'web' ? null : () => worker?.wake(),
      lookAt: (id) => sweeper.one(id),
      sweeper: () => worker?.sweeper ?? sweeper,
      settings: {
        appUrl: config.appUrl,
        trustedProxies: config.trustedProxies,
        allowedOrigins: config.allowedOrigins,
        firstKey,
        cronSecret: config.cronSecret,
        version: await versionOfProgram(),
      },
    };
    const app = createApp(api);
    let stopping = false;
    const working = simulatorReady.then(() => {
      if (config.role !== 'web' && !stopping) worker = startWorker(system);
    });
    working.catch((err) => log.error({ err }, 'the worker did not start'));
    media.sweep().catch((err) => log.warn({ err }, 'old temporary files could not be removed'));

    return {
      config,
      log,
      system,
      app,
      upgrade: createSockets(api),
      firstRun,
      keyFile,
      endStreams: () => live.stop(),
      async stop() {
        stopping = true;
        await live.stop();
        await Promise.all([worker?.stop(), sweeper.stop()]);
        await Promise.all([store.close(), simulator.stop()]);
      },
    };
  } catch (error) {
    await Promise.allSettled([database.close(), simulator.stop()]);
    throw error;
  }
}

/** A key works for its owner alone: even an admin's does not see other people's videos. */
const asMember = (holder: KeyHolder | null) =>
  holder && { id: holder.keyId, ownerId: holder.ownerId, role: 'member' as const };

async function versionOfProgram(): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function warnOfShortSecret({ cronSecret }: Config, log: Log): void {
  if (cronSecret === null || cronSecret.length >= 32) return;
  const closed = cronSecret.length < 16 ? 'the cron endpoint stays closed' : 'make it longer: openssl rand -base64 32';
  log.warn({ length: cronSecret.length }, `CRON_SECRET has fewer than 32 characters: ${closed}`);
}

/** Loopback on every side: whoever can ask sits at this machine. */
const isPrivate = ({ host, appUrl }: Config): boolean =>
  isLoopback(host) && (appUrl === null || isLoopback(new URL(appUrl).hostname));

async function viewOf(store: Store, views: Api['views'], id: string) {
  const details = await store.get(id, null);
  return details && !details.video.hiddenAt ? views.of(details) : null;
}

async function readInput(store: Store, media: Media, id: string, signal: AbortSignal) {
  const asset = await store.asset(id, null);
  const stream = asset && (await media.open(asset.key));
  if (!stream) return null;
  signal.throwIfAborted();
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return { bytes, contentType: asset.contentType, name: `${asset.id}.${asset.contentType.split('/')[1]}` };
}

/** `npm run simulator` names its origin; the protocol lies below /v1. */
const withVersion = (url: string): string => (url.endsWith('/v1') ? url : `${url}/v1`);

const randomText = (bytes: number) => randomBytes(bytes).toString('base64url');

const clock: Clock = {
  now: () => new Date(),
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
