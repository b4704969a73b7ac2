import { createHash } from 'node:crypto';
import { createHooks } from '#engine/hooks.ts';
import { receiveCall } from '#engine/receive-call.ts';
import { submit } from '#engine/submit.ts';
import type { Catalogue, Media, Model, Provider, Store, System } from '#engine/system.ts';
import { startWorker } from '#engine/worker.ts';
import { unknownOffer } from '#video/choice.ts';
import { isTerminal, states } from '#video/video.ts';
import { type Broken, guard, watched } from './checks.ts';
import { createProcess, type Process } from './process.ts';
import { createProvider, patienceMs } from './provider.ts';
import { createRandom, type Random } from './random.ts';
import { createTime, type Time } from './time.ts';
import { createUpstream, type Job, plainTraits, priceMicroUsd, type Traits, type Upstream } from './upstream.ts';
import { createUsers } from './users.ts';
import { type Weather, weatherOf } from './weather.ts';

export type WorldOptions = {
  seed: number;
  videos: number;
  store: (time: Time) => Store;
  weather?: Weather;
  traits?: Traits[];
  /** How time goes by there. */
  pace?: Pace;
  /** Watched to the end, whatever chance says. */
  whole?: boolean;
  /** Breaks a guard on purpose: what everybody shares, as it is without it. */
  sabotage?: { store?: (store: Store) => Store; provider?: (provider: Provider) => Provider };
};

export type Pace = {
  /** Within it everybody asks. */
  askingMs: number;
  /** What is not watched to the end is watched so long. */
  shortMs: number;
  gridMs: number;
};

export type World = {
  seed: number;
  time: Time;
  store: Store;
  upstreams: Upstream[];
  /** What was acknowledged to whoever asked. */
  ids: string[];
  files: Map<string, string>;
  /** Videos that a person chose to pay for once more. */
  again: Set<string>;
  broken: Broken[];
  errors: unknown[];
  /** Nothing happens any more. */
  over: boolean;
  /** All videos at rest. */
  settled: boolean;
  /** It was watched to its end; others only so far that whatever still waits must be waiting for a person. */
  whole: boolean;
  crashes: number;
  weather: Weather;
};

const beginMs = Date.parse('2026-01-01T06:00:00Z');
const leaseMs = 30_000;
const usualPace: Pace = { askingMs: 300_000, shortMs: 45 * 60_000, gridMs: 250 };
/** Between two looks whether all is over. */
const restMs = 300_000;
/** Longer than a line of takes waits for one slot in a storm, where each may hold it for hours, and the last is watched. */
const patientMs = 7 * 24 * 3_600_000;

/** One world from its seed: providers in their weather, processes that die, people who change their minds; run to its rest. */
export async function runWorld(options: WorldOptions): Promise<World> {
  const { seed, videos, sabotage } = options;
  const { askingMs, shortMs, gridMs } = options.pace ?? usualPace;
  const random = createRandom(seed);
  const time = createTime(beginMs, gridMs);
  const weather = options.weather ?? weatherOf(random);
  const broken: Broken[] = [];
  const errors: unknown[] = [];
  const raw = options.store(time);
  const real = sabotage?.store?.(raw) ?? raw;
  const store = watched(
    real,
    (error) => broken.push(error),
    (jobId) => upstreams.find(({ jobs }) => jobs.has(jobId))?.owned.add(jobId),
  );
  const endMs = beginMs + patientMs;
  const upstreams = (options.traits ?? traitsOf(random)).map((traits) => {
    const upstream = createUpstream(traits, weather, time, random.fork(), endMs);
    return guard(upstream, real, time, (error) => broken.push(error));
  });
  const providers = new Map(
    upstreams.map((upstream) => {
      const provider = createProvider(upstream, weather, time, random.fork());
      return [provider.id, sabotage?.provider?.(provider) ?? provider];
    }),
  );
  const files = new Map<string, string>();
  const draw = random.fork();
  const parts: Omit<System, 'clock'> = {
    store,
    providers: { ids: () => [...providers.keys()], get: (id) => providers.get(id), name: (id) => id },
    catalogue: catalogueOf(upstreams, random),
    media: memoryMedia(files),
    hooks: createHooks('a secret', 'https://dailies.example'),
    random: (n) => draw.bytes(n),
    log: { debug() {}, info() {}, warn() {}, error: (fields) => void errors.push(fields) },
    settings: {
      leaseMs,
      upstreamTimeoutMs: patienceMs,
      watchWidth: random.pick([16, 64, 256]),
      collectWidth: random.pick([4, 16]),
      deadlineMs: 900_000,
      maxRunningPerOwner: 1_000,
      maxQueuedPerOwner: 100_000,
      schedule: 'learned',
    },
  };
  const world: World = {
    seed,
    time,
    store: real,
    upstreams,
    ids: [],
    files,
    again: new Set(),
    broken,
    errors,
    over: false,
    settled: false,
    whole: false,
    crashes: 0,
    weather,
  };

  const processes = new Set<Process>();
  function begin(work: (process: Process) => void): void {
    const process = createProcess(parts, {
      time,
      random: random.fork(),
      weather,
      onDeath: () => {
        processes.delete(process);
        world.crashes++;
        if (!world.over) time.sleep(random.between(500, 60_000)).then(() => world.over || begin(work));
      },
    });
    processes.add(process);
    process.skew(random.chance(weather.clockJump) ? random.between(-10_800_000, 10_800_000) : 0);
    work(process);
  }
  const workers = random.pick([1, 1, 1, 1, 2, 3]);
  for (let i = 0; i < workers; i++) begin(({ system }) => void startWorker(system));
  // The process that people talk to.
  let web: Process | undefined;
  begin((process) => {
    web = process;
  });
  const face = (): System | null => (web?.isAlive() ? web.system : null);

  const jumps = random.fork();
  const jump = async (): Promise<void> => {
    for (;;) {
      await time.sleep(jumps.between(0, 1_200_000));
      if (world.over) return;
      for (const process of processes) {
        if (jumps.chance(weather.clockJump / 6)) process.skew(jumps.between(-10_800_000, 10_800_000));
      }
    }
  };
  void jump();
  for (const upstream of upstreams) callBack(upstream, weather, time, random.fork(), face);

  const users = createUsers(world, face, random.fork());
  for (let n = 0; n < videos; n++) {
    const asker = random.fork();
    time.sleep(asker.between(0, askingMs)).then(() => ask(n, asker));
  }
  async function ask(n: number, asker: Random): Promise<void> {
    const system = face();
    // Nobody answers: whoever asks tries again.
    if (!system) return time.sleep(1_000).then(() => ask(n, asker));
    // Some ask for the very same thing, which must not be mixed up.
    const prompt = asker.chance(0.2) ? 'the same again' : `prompt ${n}`;
    const ownerId = `owner ${n % 3}`;
    const actor = { type: 'user' as const, id: ownerId };
    const model = asker.pick(upstreams).traits.id;
    const { ids } = await submit(system, {
      ownerId,
      actor,
      prompt,
      model: `${model}/model`,
      seconds: 4,
      size: '320x180',
    });
    world.ids.push(...ids);
    for (const id of ids) users.watch(id);
  }

  let lookedMs = beginMs + askingMs;
  const atRest = () => {
    if (broken.length > 0 || world.settled) return true;
    if (time.nowMs() - lookedMs < restMs) return false;
    lookedMs = time.nowMs();
    void isAtRest(raw).then((rests) => {
      world.settled = rests;
    });
    return false;
  };
  const whole = options.whole ?? random.chance(0.02);
  await time.run(whole ? patientMs + 3_600_000 : shortMs, atRest);
  world.whole = whole;
  world.over = true;
  for (const process of [...processes]) process.kill();
  return world;
}

async function isAtRest(store: Store): Promise<boolean> {
  const [counts, scheduled] = await Promise.all([store.count(null), store.scheduledProviders()]);
  return scheduled.length === 0 && states.every((state) => isTerminal(state) || !counts[state]);
}

/** Two or three providers of different kinds. */
function traitsOf(random: Random): Traits[] {
  const kinds: Omit<Traits, 'id'>[] = [
    plainTraits,
    { ...plainTraits, lists: 'bare' },
    { ...plainTraits, lists: null, cancels: false },
    { ...plainTraits, deduplicates: true },
    { ...plainTraits, callsBack: true, tellsProgress: false, tellsCost: true },
    { ...plainTraits, lists: null, callsBack: true, cancels: false, tellsProgress: false },
  ];
  return ['a', 'b', 'c'].slice(0, random.chance(0.5) ? 2 : 3).map((id) => ({
    ...random.pick(kinds),
    id,
    slots: random.chance(0.3) ? 1 + Math.floor(random.next() * 8) : null,
  }));
}
function catalogueOf(upstreams: Upstream[], random: Random): Catalogue {
  const models = upstreams.map(
    ({ traits: { id } }): Model => ({
      id: `${id}/model`,
      provider: id,
      upstreamModel: 'model',
      label: id,
      free: false,
      ...unknownOffer,
      price: { perClipUsd: priceMicroUsd / 1e6, source: 'here', asOf: '2026-01-01' },
      typical: { p5: 8_000, p50: 30_000, p90: 60_000 },
    }),
  );
  const ids = models.map(({ id }) => id);
  const fallsBack = random.chance(0.3);
  return {
    models: () => models,
    aliases: () => ({}),
    defaultModel: () => ids[0] ?? '',
    get: (id) => models.find((model) => model.id === id),
    fallbacksOf: (id) => ({ to: fallsBack ? ids.filter((other) => other !== id) : [], dearer: false }),
  };
}

function memoryMedia(files: Map<string, string>): Media {
  return {
    async put(key, _kind, download) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of download.stream) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      files.set(key, bytes.toString());
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { key, contentType: 'video/mp4', bytes: bytes.length, sha256, width: 320, height: 180, durationMs: 4_000 };
    },
    open: async () => null,
    delete: async () => {},
    async *keysBefore() {},
    check: async () => {},
  };
}

/** The provider's calls: early, on time, late, twice, or never. */
function callBack(upstream: Upstream, weather: Weather, time: Time, random: Random, face: () => System | null): void {
  if (!upstream.traits.callsBack) return;
  const { create } = upstream;
  const call = async (job: Job, event: string, inMs: number): Promise<void> => {
    await time.sleep(inMs);
    const system = face();
    const token = job.webhookUrl?.split('/').at(-1);
    if (!system || !token) return;
    const body = new TextEncoder().encode(JSON.stringify({ event, job: job.id }));
    await receiveCall(system, upstream.traits.id, token, { headers: new Headers(), body });
  };
  upstream.create = (...args) => {
    const job = create(...args);
    if (!job?.webhookUrl) return job;
    const { never, twice, late, early } = weather.call;
    const endsInMs = job.endsMs - time.nowMs();
    if (random.chance(early)) void call(job, `early ${job.id}`, random.between(0, 300));
    if (random.chance(never)) return job;
    const lateMs = random.chance(late) ? random.between(60_000, 3_600_000) : random.between(0, 2_000);
    void call(job, `end ${job.id}`, endsInMs + lateMs);
    if (random.chance(twice)) void call(job, `end ${job.id}`, endsInMs + lateMs + random.between(0, 60_000));
    return job;
  };
}
