import { z } from 'zod';
import { type ApiError, readError } from '#providers/answers/api-error.ts';
import { lenient, text, timestamp } from '#providers/answers/lenient.ts';
import type { Json } from '#video/video.ts';

/** Of the queue: `GET …/status?logs=1`. Source: fal.ai/docs, queue API. */
const statusSchema = z.looseObject({
  status: z.string(),
  queue_position: lenient(z.number()),
  logs: lenient(z.array(z.looseObject({ message: text }))),
  error: text,
  error_type: text,
  metrics: lenient(z.looseObject({ inference_time: lenient(z.number().positive()) })),
});

export type QueueStatus = z.infer<typeof statusSchema>;
export const readStatus = (json: Json | undefined) => statusSchema.safeParse(json).data ?? null;

const detailSchema = z.looseObject({
  detail: z.array(z.looseObject({ msg: text, type: text })).min(1),
});
const platformSchema = z.looseObject({ detail: z.string(), error_type: text });

/** A model's reason is a list under `detail`, the platform's a text with `error_type`. */
export function reasonIn(json: Json | undefined): ApiError | null {
  const [first] = detailSchema.safeParse(json).data?.detail ?? [];
  if (first) return { code: first.type, type: null, message: first.msg };
  const platform = platformSchema.safeParse(json).data;
  if (platform) return { code: platform.error_type, type: null, message: platform.detail };
  return readError(json);
}

const acceptedSchema = z.looseObject({ request_id: z.string().regex(/^[\w-]{1,100}$/) });
export const requestIdIn = (json: Json | undefined) => acceptedSchema.safeParse(json).data?.request_id ?? null;

const file = z.looseObject({ url: z.string() });
const resultSchema = z.looseObject({ video: lenient(file), videos: lenient(z.array(file)) });

/** Most models answer `video`, some a list. */
export function clipIn(json: Json | undefined): string | null {
  const result = resultSchema.safeParse(json).data;
  return result?.video?.url ?? result?.videos?.[0]?.url ?? null;
}

const requestsSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      request_id: z.string(),
      endpoint_id: z.string(),
      sent_at: timestamp,
      started_at: timestamp,
      json_input: lenient(z.looseObject({ prompt: text })),
    }),
  ),
  next_cursor: text,
  has_more: lenient(z.boolean()),
});

/** Of the platform: `GET /v1/models/requests/by-endpoint?expand=payloads`. */
export const readRequests = (json: Json | undefined) => requestsSchema.safeParse(json).data ?? null;
