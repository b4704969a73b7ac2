import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type CommandResult, runCommand } from '#engine/commands.ts';
import { createHooks } from '#engine/hooks.ts';
import { submit } from '#engine/submit.ts';
import type { Clock, EngineSettings, Store, StoredEvent, System, VideoDetails } from '#engine/system.ts';
import { testSettings } from '#engine/testing.ts';
import { startWorker } from '#engine/worker.ts';
import { createDiskMedia } from '#media/disk.ts';
import { createRegistry } from '#providers/registry.ts';
import type { Ledger } from '#simulator/ledger.ts';
import type { PersonalityName } from '#simulator/personality.ts';
import { createSimulator, type Simulator } from '#simulator/server.ts';
import { openMemoryStore } from '#store/memory.ts';
import type { Command } from '#video/commands.ts';
import { isTerminal, type State } from '#video/video.ts';
import { copyingRenderer } from './copying-renderer.ts';

/**
 * The real engine, provider and disk against the real simulator over real sockets; only the clock is not real: it runs
 * faster than the wall, for both sides, so that rules of minutes take seconds.
 */
export type SimulatedWorld = AsyncDisposable & {
  system: System;
  /** Where the files are stored. */
  mediaDir: string;
  /** Requests as they reached the simulator, oldest first. */
  requests: SeenRequest[];
  posts(): SeenRequest[];
  /** Looks at the job of a video. */
  looks(id: string): Promise<SeenRequest[]>;
  /** Downloads of its clip. */
  downloads(id: string): Promise<SeenRequest[]>;
  /** What the simulator created, and how many POSTs it answered with each job. */
  ledger(): Ledger;
  ask(prompt: string, more?: Wish): Promise<string>;
  command(id: string, command: Command): Promise<CommandResult>;
  see(id: string): Promise<VideoDetails>;
  /** Resolves in the state, or when what is seen passes; fails after 50 real seconds. */
  until(id: string, wanted: State | 'over' | ((seen: VideoDetails) => boolean)): Promise<VideoDetails>;
  events(id: string): Promise<StoredEvent[]>;
  /** Lets so much of the world's time pass. */
  pass(ms: number): Promise<void>;
  /** Ends the simulator and starts it on the same port: as it was, with another key, or without any memory. */
  restart(as?: { apiKey?: string; empty?: boolean }): Promise<void>;
  /** Ends the simulator, and starts it after so much of the world's time. */
  away(ms: number, meanwhile: () => Promise<void>): Promise<void>;
};

export type SeenRequest = {
  method: string;
  /** With the query. */
  path: string;
  key: string | undefined;
  at: Date;
  status: number | null;
  /** The whole answer left the simulator. */
  whole: boolean;
};

type Wish = { on?: 'openai' | 'simulator'; count?: number; seconds?: number };

export type WorldOptions = {
  store?: (clock: Clock) => Promise<Store>;
  settings?: Partial<EngineSettings>;
  personality?: PersonalityName;
  /** Seconds of the world in one real second. */
  speed?: number;
};

/** For tests in such a world: they wait more than they work, and a busy machine may take long. */
export const inParallel = { concurrent: true, timeout: 60_000 };

/** What the engine sends; the simulator asks for the same until `restart` changes its mind. */
const ourKey = 'our-key';
const owner = { type: 'user' as const, id: 'owner' };
const silent = { debug() {}, info() {}, warn() {} };

export async function openWorld(options: WorldOptions = {}): Promise<SimulatedWorld> {
  const { personality = 'openai', speed = 60 } = options;
  const clock = fastClock(speed);
  const dir = await mkdtemp(join(tmpdir(), 'dailies-world-'));
  const simulate = (apiKey: string, memory: 'kept' | 'empty'): Simulator =>
    createSimulator({
      dataDir: join(dir, `simulator-${memory}`),
      apiKey,
      personality,
      oneClip: true,
      renderer: copyingRenderer(),
      now: () => clock.now().getTime(),
    });
  let simulator = simulate(ourKey, 'kept');
  const origin = await simulator.listen();
  const port = Number(new URL(origin).port);
  const watched = watchRequests(port, clock);
  const errors: unknown[] = [];
  const log = { ...silent, error: (fields: object) => void errors.push(fields) };
  const { providers, catalogue } = createRegistry({
    found: [{ kind: 'openai', variable: 'OPENAI_BASE_URL', key: ourKey, baseUrl: `${origin}/v1` }],
    simulator: { url: () => `${origin}/v1`, apiKey: ourKey },
    defaultModel: null,
    allowHosts: [],
    log,
  });
  const system: System = {
    store: await (options.store?.(clock) ?? openMemoryStore({ now: () => clock.now() })),
    providers,
    catalogue,
    media: createDiskMedia({ dir: join(dir, 'media') }),
    clock,
    hooks: createHooks('a secret of this installation', null),
    random: (n) => randomBytes(n),
    log,
    // A machine that stalls for seconds must not look like a lost claim, nor like a late clip.
    settings: { ...testSettings, leaseMs: 600_000, deadlineMs: 86_400_000, ...options.settings },
  };
  const worker = startWorker(system);

  const see = async (id: string) => {
    const details = await system.store.get(id, null);
    if (!details) throw new Error(`no video ${id}`);
    return details;
  };

  const requestsFor = async (id: string, suffix: string) => {
    const { attempts } = await see(id);
    const paths = attempts.map(({ upstreamId }) => `/v1/videos/${encodeURIComponent(upstreamId ?? '')}${suffix}`);
    return watched.requests.filter(({ method, path }) => method === 'GET' && paths.includes(path));
  };

  return {
    system,
    mediaDir: join(dir, 'media'),
    requests: watched.requests,
    posts: () => watched.requests.filter(({ method, path }) => method === 'POST' && path === '/v1/videos'),
    looks: (id) => requestsFor(id, ''),
    downloads: (id) => requestsFor(id, '/content'),
    ledger: () => simulator.ledger(),
    async ask(prompt, { on = 'openai', count = 1, seconds = 1 } = {}) {
      const model = on === 'openai' ? 'openai/default' : 'simulator/test-pattern';
      const shot = { prompt, model, size: '320x180', seconds, count };
      const { ids } = await submit(system, { ownerId: owner.id, actor: owner, ...shot });
      return ids[0] ?? '';
    },
    command: (id, command) => runCommand(system, id, owner.id, command, owner),
    see,
    async until(id, wanted) {
      const endMs = performance.now() + 50_000;
      for (;;) {
        const seen = await see(id);
        const { state } = seen.video;
        if (typeof wanted === 'function' ? wanted(seen) : wanted === 'over' ? isTerminal(state) : state === wanted) {
          return seen;
        }
        const why = `still ${state}: ${JSON.stringify([seen.video, seen.attempts, errors])}`;
        if (performance.now() > endMs) throw new Error(why);
        await delay(5);
      }
    },
    events: (id) => system.store.events(id, null),
    pass: (ms) => clock.sleep(ms),
    async restart({ apiKey = ourKey, empty = false } = {}) {
      await simulator.close();
      simulator = simulate(apiKey, empty ? 'empty' : 'kept');
      await simulator.listen(port);
    },
    async away(ms, meanwhile) {
      await simulator.close();
      await Promise.all([meanwhile(), clock.sleep(ms)]);
      simulator = simulate(ourKey, 'kept');
      await simulator.listen(port);
    },
    async [Symbol.asyncDispose]() {
      await worker.stop();
      await system.store.close();
      await simulator.close();
      watched.stop();
      await rm(dir, { recursive: true, force: true });
      if (errors.length > 0) throw new Error(`the engine logged errors: ${JSON.stringify(errors)}`);
    },
  };
}

function fastClock(speed: number): Clock {
  const startMs = Date.now();
  const startedMs = performance.now();
  return {
    now: () => new Date(startMs + (performance.now() - startedMs) * speed),
    elapsedMs: () => (performance.now() - startedMs) * speed,
    sleep: async (ms, signal) => {
      await delay(ms / speed, undefined, signal && { signal }).catch((error: unknown) => {
        if (!signal?.aborted) throw error;
      });
    },
  };
}

type Started = { request: IncomingMessage; response: ServerResponse; socket: Socket };

/** Node tells of each request that any server of this process gets: no proxy that could change what it counts. */
function watchRequests(port: number, clock: Clock): { requests: SeenRequest[]; stop: () => void } {
  const requests: SeenRequest[] = [];
  const onStart = (message: unknown) => {
    const { request, response, socket } = message as Started;
    if (socket.localPort !== port) return;
    const seen: SeenRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      key: request.headers['idempotency-key']?.toString(),
      at: clock.now(),
      status: null,
      whole: false,
    };
    requests.push(seen);
    response.once('finish', () => Object.assign(seen, { status: response.statusCode, whole: !socket.destroyed }));
  };
  subscribe('http.server.request.start', onStart);
  return { requests, stop: () => unsubscribe('http.server.request.start', onStart) };
}
