import type { Provider } from '#engine/system.ts';
import type { Request } from '#video/video.ts';
import { createProvider } from './provider.ts';
import { createRandom, type Random } from './random.ts';
import { tryWorld } from './run.ts';
import { createTime, type Time } from './time.ts';
import { createUpstream, plainTraits, type Traits } from './upstream.ts';
import { weathers } from './weather.ts';

/** What came of it, for the people who asked and for whoever pays. */
export type Outcome = {
  videos: number;
  succeeded: number;
  /** Jobs that were billed beyond the one that was wanted. */
  extraPaid: number;
  /** Billed and finished at the provider; told to be failed, or forgotten. */
  paidAndLost: number;
  /** A person was asked to decide. */
  asked: number;
};

/** How others submit, as their code or documents say; `tries` = POSTs of one create. */
const others = {
  'row after the answer, no retry (the seed documents)': { tries: 1, survivesCrash: false },
  'default retries of the SDKs, row after the answer': { tries: 3, survivesCrash: false },
  'at-least-once queue, five tries': { tries: 5, survivesCrash: true },
} as const;
export type Policy = keyof typeof others | 'Dailies';
export const policies: readonly Policy[] = [...(Object.keys(others) as (keyof typeof others)[]), 'Dailies'];

const traits: Traits = { id: 'a', ...plainTraits };
/** Nobody changes their mind here: what a person wished for is not held against anybody. */
const weather = { ...weathers.usual, user: 0 };
/** A process dies in this part of all creates: before anything left it, and between sending and writing down. */
const dies = { before: 0.005, after: 0.01 };
const askingMs = 300_000;
const pollMs = 5_000;
const giveUpMs = 900_000;
const videosPerWorld = 100;

/** A policy over some worlds of a hundred videos. */
export async function runPolicy(policy: Policy, seeds: number[]): Promise<Outcome> {
  const sum: Outcome = { videos: 0, succeeded: 0, extraPaid: 0, paidAndLost: 0, asked: 0 };
  for (const seed of seeds) {
    const one = await runOnce(policy, seed, videosPerWorld);
    for (const [key, value] of Object.entries(one)) sum[key as keyof Outcome] += value;
  }
  return sum;
}

/** The same provider in the same weather, asked by another policy. */
async function runOnce(policy: Policy, seed: number, videos: number): Promise<Outcome> {
  if (policy === 'Dailies') return runOurs(seed, videos);
  const random = createRandom(seed);
  const time = createTime(Date.parse('2026-01-01T06:00:00Z'));
  const upstream = createUpstream(traits, weather, time, random.fork(), time.nowMs() + 86_400_000);
  const provider = createProvider(upstream, weather, time, random.fork());
  const taken = new Map<string, string>();
  const told = new Map<string, 'ready' | 'failed'>();
  let open = videos;
  for (let n = 0; n < videos; n++) {
    const mine = random.fork();
    const id = `v${n}`;
    void generate(others[policy], id, { provider, time, random: mine }).then((jobId) => {
      if (jobId) taken.set(id, jobId);
      told.set(id, jobId ? 'ready' : 'failed');
      open--;
    });
  }
  await time.run(86_400_000, () => open === 0);
  const outcome: Outcome = { videos, succeeded: taken.size, extraPaid: 0, paidAndLost: 0, asked: 0 };
  const fetched = new Set(taken.values());
  const byVideo = Map.groupBy(upstream.jobs.values(), ({ key }) => key);
  for (const jobs of byVideo.values()) {
    const billed = jobs.filter((job) => job.costMicroUsd > 0);
    outcome.extraPaid += Math.max(0, billed.length - 1);
    const kept = billed.some((job) => fetched.has(job.id));
    if (billed.some((job) => !Number.isFinite(job.forgottenMs) || job.forgottenMs > job.endsMs) && !kept)
      outcome.paidAndLost++;
  }
  return outcome;
}

type World = { provider: Provider; time: Time; random: Random };

/** One video by such a policy; null = told to have failed, or forgotten. */
async function generate(
  { tries, survivesCrash }: (typeof others)[keyof typeof others],
  id: string,
  { provider, time, random }: World,
): Promise<string | null> {
  await time.sleep(random.between(0, askingMs));
  const request: Request = {
    model: 'model',
    prompt: id,
    seconds: 4,
    size: '320x180',
    seed: null,
    settings: {},
    inputs: [],
  };
  const signal = new AbortController().signal;
  for (let n = 1; ; n++) {
    const diesBefore = random.chance(dies.before);
    if (diesBefore && !survivesCrash) return null;
    const answer = diesBefore ? null : await provider.start(request, { key: id, signal, webhookUrl: null });
    const diesAfter = random.chance(dies.after);
    if (diesAfter && !survivesCrash) return null;
    if (answer?.kind === 'accepted' && !diesAfter) return poll(answer.operation, { provider, time, random });
    if (answer?.kind === 'rejected' || n >= tries) return null;
    await time.sleep(1_000 * 2 ** n);
  }
}

async function poll(operation: { [key: string]: unknown }, { provider, time }: World): Promise<string | null> {
  const signal = new AbortController().signal;
  const handle = operation as Parameters<Provider['check']>[0];
  for (const endMs = time.nowMs() + giveUpMs; time.nowMs() < endMs; await time.sleep(pollMs)) {
    const answer = await provider.check(handle, signal);
    if (answer.kind === 'missing' || answer.kind === 'failed' || answer.kind === 'canceled') return null;
    if (answer.kind !== 'completed') continue;
    for (let n = 0; n < 3; n++) {
      try {
        const download = await provider.open(handle, 'clip', signal);
        for await (const bytes of download.stream) return Buffer.from(bytes).toString();
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'DownloadError') throw error;
      }
      await time.sleep(1_000);
    }
    return null;
  }
  return null;
}

async function runOurs(seed: number, videos: number): Promise<Outcome> {
  const { world, tally } = await tryWorld(seed, { videos, weather, traits: [traits], whole: true });
  const { completed, extraPaid, paidAndLost } = tally;
  const first = world.broken[0];
  if (first) throw first;
  const all = await world.store.audit({ type: 'needs_decision', limit: 1_000_000 });
  const asked = new Set(all.map(({ videoId }) => videoId)).size;
  return { videos, succeeded: completed, extraPaid, paidAndLost, asked };
}
