import { z } from 'zod';
import { type ApiError, errorPart } from '#providers/answers/api-error.ts';
import { lenient, text, word } from '#providers/answers/lenient.ts';
import type { Json } from '#video/video.ts';

/** What a job is said to be doing. Words that we do not know mean that it still runs. */
export type JobState = 'queued' | 'running' | 'completed' | 'failed' | 'canceled' | 'expired';

/** A video object, with null for everything that a server left out or wrote in a way that nobody can read. */
export type VideoBody = {
  id: string | null;
  /** Every other id that it goes by: gateways keep a `task_id` beside `id`. */
  ids: string[];
  object: string | null;
  status: string | null;
  /** 0..100. */
  progress: number | null;
  error: ApiError | null;
  createdAt: Date | null;
  completedAt: Date | null;
  expiresAt: Date | null;
  prompt: string | null;
  model: string | null;
  size: string | null;
  seconds: number | null;
  /** Outside the protocol: where some servers put the result. */
  url: string | null;
};

const words: Record<string, JobState> = {
  ...every('completed', ['completed', 'succeeded', 'success', 'done']),
  ...every('failed', ['failed', 'failure', 'error']),
  ...every('canceled', ['canceled', 'cancelled', 'deleted']),
  ...every('expired', ['expired']),
  ...every('queued', ['queued', 'pending', 'not_start', 'submitted', 'waiting']),
};

function every(state: JobState, synonyms: string[]): Record<string, JobState> {
  return Object.fromEntries(synonyms.map((word) => [word, state]));
}

export const stateOf = (status: string): JobState => (Object.hasOwn(words, status) && words[status]) || 'running';

/** Long ids are real (LiteLLM packs a route into them); dots alone would climb out of the path. */
const id = lenient(
  word.pipe(
    z
      .string()
      .max(2_048)
      .regex(/^(?!\.{1,2}$)\P{Cc}+$/u),
  ),
);
const number = lenient(
  z.union([
    z.number(),
    z
      .string()
      .regex(/^\s*\d+(\.\d+)?\s*[%s]?\s*$/)
      .transform(Number.parseFloat),
  ]),
);

/** Unix seconds by the protocol; milliseconds and ISO 8601 are seen too. 0 means "not yet". */
const time = lenient(
  z
    .union([z.number().positive(), z.string().regex(/^\d+$/).transform(Number)])
    .transform((value) => new Date(value > 1e11 ? value : value * 1_000))
    .or(z.string().transform((value) => new Date(value)))
    .refine((date) => date.getTime() > 0),
);

/** A URL or an absolute path: as it is, in `{url}`, or first in a list of either. */
function linkOf(value: unknown): string | null {
  if (typeof value === 'string') return /^(https?:\/)?\//i.test(value) ? value : null;
  if (Array.isArray(value)) return linkOf(value[0]);
  return typeof value === 'object' && value !== null && 'url' in value ? linkOf(value.url) : null;
}

/** Where servers were seen to put the result, likeliest first. */
const linkKeys = ['url', 'video_url', 'metadata', 'output', 'unsigned_urls', 'data'];

const bodySchema = z
  .looseObject({
    id,
    task_id: id,
    video_id: id,
    object: text,
    status: lenient(z.string().transform((status) => status.trim().toLowerCase())),
    progress: number,
    error: errorPart,
    created_at: time,
    completed_at: time,
    expires_at: time,
    prompt: text,
    model: text,
    size: text,
    seconds: number,
  })
  .transform((body): VideoBody => {
    const ids = [body.id, body.task_id, body.video_id].filter((one): one is string => one !== null);
    return {
      id: ids[0] ?? null,
      ids,
      object: body.object,
      status: body.status || null,
      progress: body.progress === null ? null : Math.min(100, Math.max(0, body.progress)),
      error: body.error,
      createdAt: body.created_at,
      completedAt: body.completed_at,
      expiresAt: body.expires_at,
      prompt: body.prompt,
      model: body.model,
      size: body.size,
      seconds: body.seconds,
      url: linkKeys.map((key) => linkOf(body[key])).find((link) => link !== null) ?? null,
    };
  });

/** Null when it is no JSON object at all. */
export function readVideo(json: Json | undefined): VideoBody | null {
  const parsed = bodySchema.safeParse(json);
  return parsed.success ? parsed.data : null;
}

/** It calls itself a video: what an error envelope never does. */
export const isVideo = (video: VideoBody): boolean => video.object?.startsWith('video') ?? false;
