import { type Context, Hono } from 'hono';
import { ApiError } from '../api-error.ts';
import { readFaults } from '../faults.ts';
import type { HostedName, HostedPart, Job } from '../job.ts';
import type { Jobs } from '../jobs.ts';
import type { Env, Misbehaviour } from '../misbehaviour.ts';
import { type CreateRequest, isImage, sha256 } from '../wire.ts';
import type { Signing } from './signing.ts';

/** What the fake of a hosted service works with. */
export type ServiceOptions = {
  jobs: Jobs;
  misbehaviour: Misbehaviour;
  /** The only key that is taken; undefined = any that does not begin with `bad`. */
  apiKey: string | undefined;
  signing: Signing;
};

type Json = Record<string, unknown>;

type Service = {
  /** The key of a request; null = there is none. */
  keyOf: (c: Context<Env>) => string | null | undefined;
  /** How a key that is missing or wrong is refused. */
  refusal: (given: boolean) => ApiError;
  words: (error: ApiError) => Json;
  /** Status of a create that is refused for its content. */
  moderationStatus: number;
  /** Paths (behind the mount) that need no key. */
  open?: RegExp;
};

/** Routes that ask for a key and speak of errors as this service does. */
export function createService(
  { misbehaviour, apiKey }: ServiceOptions,
  { keyOf, refusal, words, moderationStatus, open }: Service,
): Hono<Env> {
  const app = new Hono<Env>();
  app.onError((error, c) => {
    const moderated = error instanceof ApiError && error.code === 'moderation_blocked';
    return misbehaviour.answer(moderated ? new ApiError(moderationStatus, error.message, error) : error, c, words);
  });
  app.use(async (c, next) => {
    if (!open?.test(c.req.path)) {
      const key = keyOf(c) || null;
      const wrong = apiKey === undefined ? key?.startsWith('bad') : key !== apiKey;
      if (key === null || wrong) throw refusal(key !== null);
    }
    await next();
  });
  return app;
}

/** `Bearer x` → `x`; null where the scheme is another. */
export function credential(c: Context<Env>, scheme: 'Bearer' | 'Key'): string | null {
  const header = c.req.header('authorization') ?? '';
  return header.startsWith(`${scheme} `) ? header.slice(scheme.length + 1) : null;
}

export const originOf = (c: Context<Env>): string => new URL(c.req.url).origin;

/** The jobs of one service, newest first. */
export const jobsOf = (jobs: Jobs, api: HostedName): Job[] => jobs.list().filter((job) => job.hosted?.api === api);

export function findJob(jobs: Jobs, api: HostedName, id: string | undefined, missing: () => ApiError): Job {
  const job = id === undefined ? undefined : jobs.get(id);
  if (job?.hosted?.api === api) return job;
  throw missing();
}

export async function readJson(c: Context<Env>): Promise<Json> {
  const body: unknown = await c.req.json().catch(() => null);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body };
  throw new ApiError(400, 'The body is not a JSON object.');
}

/** Both sides of a resolution tier at 16:9, and of a square. */
const tiers: Record<string, readonly [long: number, short: number]> = {
  '360p': [640, 360],
  '480p': [854, 480],
  '540p': [960, 540],
  '720p': [1280, 720],
  '768p': [1366, 768],
  '1080p': [1920, 1080],
};

/** Pixels of a tier (`720p`) and an aspect ratio (`9:16`); null = not one that is known. */
export function pixelsOf(tier: string, aspectRatio: string): { width: number; height: number } | null {
  const [long, short] = tiers[tier.toLowerCase()] ?? [];
  if (long === undefined || short === undefined) return null;
  const [across = 0, down = 0] = aspectRatio.split(':').map(Number);
  if (!(across > 0 && down > 0)) return null;
  if (across === down) return { width: short, height: short };
  return across > down ? { width: long, height: short } : { width: short, height: long };
}

/** An image in a request: base64 or a data URI. An address is taken and not fetched; null = not an image. */
export function imageOf(value: unknown): Uint8Array | undefined | null {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') return null;
  if (/^https?:\/\//.test(value)) return undefined;
  const bytes = Buffer.from(value.replace(/^data:[^,]*,/, ''), 'base64');
  return isImage(bytes) ? bytes : null;
}

/** `5`, `"5"`, `"5s"` → 5. */
export function secondsOf(value: unknown, usual: number): number {
  const seconds = Number.parseInt(String(value ?? usual), 10);
  return seconds >= 1 && seconds <= 60 ? seconds : usual;
}

export type Asked = Pick<HostedPart, 'api'> & {
  /** In the form of this service. */
  id: string;
  prompt: string;
  model: string;
  pixels: { width: number; height: number };
  seconds: number;
  image: Uint8Array | undefined;
  input: Json;
  webhook?: string | null | undefined;
};

/** A create as the job store takes it. */
export function requestOf(c: Context<Env>, asked: Asked): CreateRequest {
  const { api, id, prompt, model, pixels, seconds, image, webhook } = asked;
  const { faults } = readFaults(prompt);
  const input = withoutImages(asked.input) as Json;
  const calls = webhook && faults.webhook !== 'never' ? { url: webhook, calls: 0, nextAtMs: 0 } : null;
  return {
    prompt,
    faults,
    model,
    ...pixels,
    size: `${pixels.width}x${pixels.height}`,
    seconds,
    firstFrame: image,
    fingerprint: sha256(JSON.stringify([api, model, asked.input])),
    hosted: { api, id, input, idempotencyKey: c.req.header('idempotency-key') ?? null, webhook: calls },
  };
}

/** Anything as long as an image is one. */
function withoutImages(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith('data:') || value.length > 40_000 ? '[image]' : value;
  if (Array.isArray(value)) return value.map(withoutImages);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutImages(one)]));
}

/** What a model prints while it renders, as tqdm writes it; nothing before it began, or with `[progress:none]`. */
export function progressLines(job: Job, percent: number): string[] {
  if (job.faults.progress === 'none') return [];
  const of = 50;
  return [0, 20, 40, 60, 80, percent]
    .filter((each, i, all) => each < percent || i === all.length - 1)
    .map(
      (each) =>
        `${String(each).padStart(3)}%|${'█'.repeat(each / 10)}| ${Math.floor((each * of) / 100)}/${of} [00:01<00:01, 12.00it/s]`,
    );
}

export const iso = (ms: number): string => new Date(ms).toISOString();
