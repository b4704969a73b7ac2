import type { Listed } from '#video/answer.ts';
import type { Request } from '#video/video.ts';
import type { Random } from './random.ts';
import type { Time } from './time.ts';
import type { Weather } from './weather.ts';

/** What a provider is able to, apart from the weather. */
export type Traits = {
  id: string;
  deduplicates: boolean;
  /** `bare` = without prompts. */
  lists: 'whole' | 'bare' | null;
  cancels: boolean;
  callsBack: boolean;
  tellsProgress: boolean;
  tellsCost: boolean;
  slots: number | null;
};

/** Lists its jobs and knows no keys, as most do. */
export const plainTraits: Omit<Traits, 'id'> = {
  deduplicates: false,
  lists: 'whole',
  cancels: true,
  callsBack: false,
  tellsProgress: true,
  tellsCost: false,
  slots: null,
};

export type Verdict = 'completed' | 'moderation' | 'provider_error' | 'capacity';

/** The truth about one job, whatever anybody is told. */
export type Job = {
  id: string;
  key: string;
  request: Request;
  createdMs: number;
  startsMs: number;
  endsMs: number;
  verdict: Verdict;
  costMicroUsd: number;
  canceledMs: number | null;
  /** From then on the provider knows nothing of it any more. */
  forgottenMs: number;
  /** Says `completed` so long before there is a file. */
  liesMs: number;
  webhookUrl: string | null;
};

/** One POST as it reached the provider. */
export type Post = { key: string; atMs: number; jobId: string | null };

export const retentionMs = 3_600_000;
export const priceMicroUsd = 400_000;

/** A provider as it is in truth: what was sent to it, what it made, what it will bill. */
export type Upstream = ReturnType<typeof createUpstream>;

export function createUpstream(traits: Traits, weather: Weather, time: Time, random: Random, endMs: number) {
  const jobs = new Map<string, Job>();
  const byKey = new Map<string, Job>();
  const posts: Post[] = [];
  const outages = windows(weather.outage, 60_000, 1_200_000);
  const restarts = windows(weather.restart, 20_000, 110_000);

  function windows(perHour: number, leastMs: number, mostMs: number): { fromMs: number; toMs: number }[] {
    const found: { fromMs: number; toMs: number }[] = [];
    for (let atMs = time.nowMs(); atMs < endMs; atMs += 3_600_000) {
      if (!random.chance(perHour)) continue;
      const fromMs = atMs + random.between(0, 3_600_000);
      found.push({ fromMs, toMs: fromMs + random.between(leastMs, mostMs) });
    }
    return found;
  }
  const within = (some: typeof outages) =>
    some.some(({ fromMs, toMs }) => time.nowMs() >= fromMs && time.nowMs() < toMs);

  return {
    traits,
    jobs,
    posts,
    /** Jobs that an attempt of ours is known to have. */
    owned: new Set<string>(),
    byKey: (key: string) => byKey.get(key),
    isAway: () => within(outages),
    isRestarting: () => within(restarts),

    /** A POST arrives; null = it is turned away, and makes no job. */
    create(key: string, request: Request, webhookUrl: string | null, makesJob: boolean): Job | null {
      const known = traits.deduplicates ? byKey.get(key) : undefined;
      if (known || !makesJob) {
        posts.push({ key, atMs: time.nowMs(), jobId: null });
        return known ?? null;
      }
      const job = makeJob(key, request, webhookUrl);
      posts.push({ key, atMs: time.nowMs(), jobId: job.id });
      return job;
    },

    /** Undefined = not known (any more). */
    find(id: string): Job | undefined {
      const job = jobs.get(id);
      return job && time.nowMs() < job.forgottenMs ? job : undefined;
    },

    list(sinceMs: number): Listed[] {
      const shown = [...jobs.values()].filter(
        (job) =>
          job.createdMs >= sinceMs &&
          job.createdMs + weather.list.lagMs <= time.nowMs() &&
          time.nowMs() < job.forgottenMs,
      );
      return shown.map(({ id, createdMs, request: { prompt, model, seconds, size } }) => ({
        upstreamId: id,
        operation: { id },
        createdAt: new Date(createdMs),
        prompt: traits.lists === 'bare' ? null : prompt,
        model,
        seconds,
        size,
      }));
    },
  };

  function makeJob(key: string, request: Request, webhookUrl: string | null): Job {
    const createdMs = time.nowMs();
    const startsMs = createdMs + (random.chance(0.2) ? random.between(1_000, 120_000) : 0);
    const renderMs = random.chance(weather.job.slow)
      ? random.between(600_000, 7_200_000)
      : random.between(5_000, 60_000);
    const { moderation, error, capacity, forgotten, lies } = weather.job;
    const draw = random.next();
    const verdict: Verdict =
      draw < moderation
        ? 'moderation'
        : draw < moderation + error
          ? 'provider_error'
          : draw < moderation + error + capacity
            ? 'capacity'
            : 'completed';
    const endsMs = startsMs + renderMs;
    const job: Job = {
      id: `${traits.id}_${jobs.size + 1}`,
      key,
      request,
      createdMs,
      startsMs,
      endsMs,
      verdict,
      costMicroUsd: verdict === 'completed' ? Math.round(priceMicroUsd * random.between(0.8, 1.2)) : 0,
      canceledMs: null,
      forgottenMs: random.chance(forgotten) ? random.between(createdMs, endsMs + 60_000) : Number.POSITIVE_INFINITY,
      liesMs: random.chance(lies) ? random.between(1_000, 20_000) : 0,
      webhookUrl,
    };
    jobs.set(job.id, job);
    byKey.set(key, job);
    return job;
  }
}
