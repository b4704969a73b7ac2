import { createHash } from 'node:crypto';
import type { Answer, Listed, Submission } from '#video/answer.ts';
import { unknownOffer } from '#video/choice.ts';
import { isTerminal, type JsonObject, type Request, type State } from '#video/video.ts';
import { createHooks } from './hooks.ts';
import { type SubmitRequest, submit } from './submit.ts';
import {
  type Catalogue,
  type Clock,
  type Download,
  DownloadError,
  type EngineSettings,
  type Fallbacks,
  type Media,
  type Model,
  type Provider,
  type Store,
  type System,
  type VideoDetails,
} from './system.ts';
import { startWorker, type Worker } from './worker.ts';

/** A world for the engine's tests: virtual time, a scripted provider, media in memory; the store is the caller's. */

export type VirtualClock = Clock & {
  /** Lets time pass, waking sleepers in order and letting what they started settle. */
  advance(ms: number): Promise<void>;
};

const settle = async () => {
  for (let i = 0; i < 12; i++) await new Promise((resolve) => setImmediate(resolve));
};

export function createVirtualClock(start = Date.parse('2026-01-01T00:00:00Z')): VirtualClock {
  let nowMs = start;
  const sleepers = new Set<{ at: number; wake: () => void }>();
  return {
    now: () => new Date(nowMs),
    elapsedMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = { at: nowMs + Math.max(0, ms), wake };
        function wake() {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        }
        sleepers.add(sleeper);
        signal?.addEventListener('abort', wake);
      }),
    async advance(ms) {
      const until = nowMs + ms;
      await settle();
      for (;;) {
        const next = [...sleepers].sort((a, b) => a.at - b.at)[0];
        if (!next || next.at > until) break;
        nowMs = Math.max(nowMs, next.at);
        next.wake();
        await settle();
      }
      nowMs = until;
      await settle();
    },
  };
}

export type FakeJob = { id: string; key: string; request: Request; createdAt: Date; canceled: boolean };

/** How the provider behaves; every hook may be replaced by a test. */
export type Script = {
  /** `lose` creates the job and loses the answer; `drop` loses the request before a job exists. */
  start: (nth: number, request: Request) => 'accept' | 'lose' | 'drop' | Submission;
  check: (job: FakeJob, elapsedMs: number, nth: number) => Answer;
  open: (job: FakeJob, nth: number) => Download | DownloadError;
  renderMs: number;
  /** How long one answer takes. */
  latencyMs: number;
};

export type FakeProvider = Provider & {
  jobs: Map<string, FakeJob>;
  posts: { key: string; at: Date }[];
  script: Script;
};

export const clip = (text = 'clip'): Download => ({
  stream: (async function* () {
    yield new TextEncoder().encode(text);
  })(),
  contentType: 'video/mp4',
  bytes: text.length,
});

export function createFakeProvider(
  clock: Clock,
  options: Partial<Script> & { id?: string; capabilities?: Partial<Provider['capabilities']> } = {},
): FakeProvider {
  const jobs = new Map<string, FakeJob>();
  const posts: FakeProvider['posts'] = [];
  const counts = new Map<string, number>();
  const nth = (what: string) => {
    counts.set(what, (counts.get(what) ?? 0) + 1);
    return counts.get(what) ?? 1;
  };
  const script: Script = {
    start: () => 'accept',
    check: (_job, elapsedMs) =>
      elapsedMs >= script.renderMs
        ? { kind: 'completed', renderMs: null, raw: null }
        : { kind: 'running', queued: false, progress: Math.floor((100 * elapsedMs) / script.renderMs), raw: null },
    open: () => clip(),
    renderMs: 60_000,
    latencyMs: 50,
    ...options,
  };
  const jobOf = (operation: JsonObject) => jobs.get(String(operation.id));
  return {
    id: options.id ?? 'fake',
    credentialId: null,
    capabilities: {
      deduplicates: false,
      lists: true,
      cancels: true,
      callsBack: false,
      slots: null,
      requestsPerMinute: null,
      retentionMs: 3_600_000,
      ...options.capabilities,
    },
    jobs,
    posts,
    script,
    async start(request, { key }) {
      posts.push({ key, at: clock.now() });
      const outcome = script.start(posts.length, request);
      await clock.sleep(script.latencyMs);
      if (typeof outcome === 'object') return outcome;
      if (outcome === 'drop') return { kind: 'unclear', message: 'connection reset' };
      const id = `up_${jobs.size + 1}`;
      jobs.set(id, { id, key, request, createdAt: clock.now(), canceled: false });
      if (outcome === 'lose') return { kind: 'unclear', message: 'connection reset' };
      return { kind: 'accepted', operation: { id }, upstreamId: id, raw: null };
    },
    async check(operation) {
      await clock.sleep(script.latencyMs);
      const job = jobOf(operation);
      if (!job) return { kind: 'missing', raw: null };
      if (job.canceled) return { kind: 'canceled', raw: null };
      return script.check(job, clock.now().getTime() - job.createdAt.getTime(), nth(`check ${job.id}`));
    },
    async cancel(operation) {
      const job = jobOf(operation);
      if (!job) return 'refused';
      job.canceled = true;
      return 'canceled';
    },
    async list(since) {
      await clock.sleep(script.latencyMs);
      const listed = [...jobs.values()].filter((job) => job.createdAt >= since);
      return {
        kind: 'complete',
        jobs: listed.map(({ id, request, createdAt }): Listed => {
          const { prompt, model, seconds, size } = request;
          return { upstreamId: id, operation: { id }, createdAt, prompt, model, seconds, size };
        }),
      };
    },
    probe: async () => true,
    async open(operation, kind) {
      const job = jobOf(operation);
      if (!job || kind !== 'clip') throw new DownloadError('not_ready', 'no such file');
      const answer = script.open(job, nth(`open ${job.id}`));
      if (answer instanceof DownloadError) throw answer;
      return answer;
    },
  };
}

export function createMemoryMedia(
  clock: Pick<Clock, 'now' | 'sleep'>,
  writeMs = 0,
): Media & { files: Map<string, Uint8Array>; puts: string[] } {
  const files = new Map<string, Uint8Array>();
  const puts: string[] = [];
  return {
    files,
    puts,
    async put(key, kind, download, signal) {
      puts.push(key);
      const chunks: Uint8Array[] = [];
      for await (const chunk of download.stream) chunks.push(chunk);
      await clock.sleep(writeMs, signal);
      signal.throwIfAborted();
      const bytes = Buffer.concat(chunks);
      files.set(key, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const picture = { width: 320, height: 180, durationMs: kind === 'clip' ? 4_000 : null };
      return { key, contentType: 'video/mp4', bytes: bytes.length, sha256, ...picture };
    },
    open: async (key) => {
      const file = files.get(key);
      return file ? new Blob([Buffer.from(file)]).stream() : null;
    },
    delete: async (key) => {
      files.delete(key);
    },
    async *keysBefore() {
      yield* files.keys();
    },
    check: async () => {},
  };
}

export const testSettings: EngineSettings = {
  leaseMs: 30_000,
  upstreamTimeoutMs: 15_000,
  watchWidth: 64,
  collectWidth: 4,
  deadlineMs: 900_000,
  maxRunningPerOwner: 1_000,
  maxQueuedPerOwner: 10_000,
  schedule: 'learned',
};

const silent = { debug() {}, info() {}, warn() {} };

export type World = {
  system: System;
  clock: VirtualClock;
  provider: FakeProvider;
  media: ReturnType<typeof createMemoryMedia>;
  errors: unknown[];
  start(): Worker;
  ask(prompt?: string, more?: Partial<SubmitRequest>): Promise<string>;
  see(id: string): Promise<VideoDetails>;
  /** Lets time pass in steps until the video is in the state; fails after `forMs`. */
  until(id: string, state: State | 'over', forMs?: number): Promise<VideoDetails>;
  stop(): Promise<void>;
};

export function createWorld(options: {
  store: (clock: Clock) => Store;
  script?: Partial<Script> & { capabilities?: Partial<Provider['capabilities']> };
  settings?: Partial<EngineSettings>;
  writeMs?: number;
}): World {
  const clock = createVirtualClock();
  const provider = createFakeProvider(clock, options.script);
  const media = createMemoryMedia(clock, options.writeMs);
  const errors: unknown[] = [];
  const model: Model = {
    id: 'fake/model',
    provider: 'fake',
    upstreamModel: 'model',
    label: 'Fake',
    free: true,
    ...unknownOffer,
    typical: { p5: 20_000, p50: 60_000, p90: 120_000 },
  };
  const catalogue: Catalogue = {
    models: () => [model],
    aliases: () => ({ 'sora-2': model.id }),
    defaultModel: () => model.id,
    get: (id) => (id === model.id ? model : undefined),
    fallbacksOf: () => ({ to: [], dearer: false }),
  };
  let seed = 1;
  const system: System = {
    store: options.store(clock),
    providers: {
      ids: () => [provider.id],
      get: (id) => (id === provider.id ? provider : undefined),
      name: (id) => id,
    },
    catalogue,
    media,
    clock,
    hooks: createHooks('a secret of this installation', 'https://dailies.example'),
    random: (n) => createHash('sha512').update(String(seed++)).digest().subarray(0, n),
    log: { ...silent, error: (fields) => void errors.push(fields) },
    settings: { ...testSettings, ...options.settings },
  };
  const workers: Worker[] = [];
  const see = async (id: string) => {
    const details = await system.store.get(id, null);
    if (!details) throw new Error(`no video ${id}`);
    return details;
  };
  return {
    system,
    clock,
    provider,
    media,
    errors,
    start() {
      const worker = startWorker(system);
      workers.push(worker);
      return worker;
    },
    async ask(prompt = 'a red fox in snow', more = {}) {
      const actor = { type: 'user' as const, id: 'owner' };
      const asked = { ownerId: 'owner', actor, prompt, seconds: 4, size: '320x180', ...more };
      const { ids } = await submit(system, asked);
      return ids[0] ?? '';
    },
    see,
    async until(id, state, forMs = 3_600_000) {
      const endMs = clock.now().getTime() + forMs;
      for (;;) {
        const details = await see(id);
        const now = details.video.state;
        if (state === 'over' ? isTerminal(now) : now === state) return details;
        if (clock.now().getTime() >= endMs) throw new Error(`still ${now}, not ${state}: ${JSON.stringify(errors)}`);
        await clock.advance(250);
      }
    },
    async stop() {
      const stopping = Promise.all(workers.map((worker) => worker.stop()));
      await clock.advance(60_000);
      await stopping;
      await system.store.close();
    },
  };
}

/**
 * A second provider beside `fake`, with one model. `models` = what differs from a plain one; `fallbacks` = where takes of
 * the first model may go.
 */
export function addProvider(
  { system, clock, provider }: World,
  options: { fallbacks?: Fallbacks; models?: { fake?: Partial<Model>; other?: Partial<Model> } } = {},
): FakeProvider {
  const other = createFakeProvider(clock, { id: 'other', renderMs: 10_000 });
  const all = new Map([provider, other].map((one) => [one.id, one]));
  system.providers = { ids: () => [...all.keys()], get: (id) => all.get(id), name: (id) => id };
  const base = system.catalogue.get('fake/model');
  if (!base) throw new Error('no model');
  const price = (perClipUsd: number) => ({ perClipUsd, source: 'a list', asOf: '2026-01-01' });
  const models = [
    { ...base, price: price(0.5), ...options.models?.fake },
    { ...base, id: 'other/model', provider: 'other', price: price(0.4), ...options.models?.other },
  ];
  const none: Fallbacks = { to: [], dearer: false };
  system.catalogue = {
    ...system.catalogue,
    models: () => models,
    get: (id) => models.find((model) => model.id === id),
    fallbacksOf: (id) => (id === base.id ? (options.fallbacks ?? none) : none),
  };
  return other;
}
