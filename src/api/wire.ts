import { z } from 'zod';
import { outcomes, states, statuses } from '#video/video.ts';

/** The shapes that `/api` speaks. Pure: the studio imports it too. Times are ISO 8601, durations milliseconds. */

/** Described as "anything": spelled out, the type contains itself without end. */
const anyJson = z.json().meta({ type: 'object', description: 'Any JSON value' });

export const stateSchema = z.enum(states);
export const statusSchema = z.enum(statuses);
export const commandSchema = z.enum(['cancel', 'retry', 'collect', 'reset', 'decide', 'delete']);
export const prioritySchema = z.enum(['low', 'normal', 'high']);

/** The four quiet steps of a take; `text` is for people. */
export const stepSchema = z.object({
  key: z.enum(['queued', 'rendering', 'saving', 'ready', 'failed', 'canceled']),
  text: z.string(),
});

export const etaSchema = z.object({ p50_ms: z.int(), p90_ms: z.int() });

/** A computed reason why a person should look. `needs_person` = only a person can end it. */
export const attentionSchema = z.object({
  code: z.enum([
    'overdue',
    'provider_silent',
    'key_refused',
    'decision_needed',
    'provider_missing',
    'rate_limited',
    'poisoned',
  ]),
  text: z.string(),
  since: z.iso.datetime().nullable(),
  needs_person: z.boolean(),
});

export const failureSchema = z.object({
  code: z.string(),
  /** What happened, was it billed, what to do. */
  happened: z.string(),
  billed: z.enum(['no', 'maybe', 'yes']),
  advice: z.string(),
  can_retry: z.boolean(),
  /** The provider's own words. */
  detail: z.string().nullable(),
});

/** One submission to the provider; `result` null = still open. */
export const attemptSchema = z.object({
  n: z.int(),
  sent_at: z.iso.datetime().nullable(),
  result: z.enum(outcomes).nullable(),
  /** The provider's words, or ours. */
  error: z.string().nullable(),
  checks: z.int(),
});

export const receiptSchema = z.object({
  submitted_at: z.iso.datetime().nullable(),
  submissions: z.int(),
  checks: z.int(),
  restarts_survived: z.int(),
  stored_at: z.iso.datetime().nullable(),
  sha256: z.string().nullable(),
  bytes: z.int().nullable(),
});

export const videoSchema = z.object({
  object: z.literal('video'),
  id: z.string(),
  shot_id: z.string(),
  take: z.int(),
  project: z.string().nullable(),
  prompt: z.string(),
  /** As asked for; null = omitted. */
  model: z.string().nullable(),
  /** Catalogue id that renders. */
  resolved_model: z.string(),
  provider: z.string(),
  seconds: z.number(),
  size: z.string(),
  width: z.int(),
  height: z.int(),
  seed: z.int().nullable(),
  priority: prioritySchema,
  inputs: z.array(z.string()),
  status: statusSchema,
  state: stateSchema,
  step: stepSchema,
  /** 0..100, never falls, 100 only when the file is stored. */
  progress: z.int(),
  progress_source: z.enum(['provider', 'estimate']).nullable(),
  /** 1 = next; null unless waiting in our own queue. */
  queue_position: z.int().nullable(),
  eta: etaSchema.nullable(),
  attention: attentionSchema.nullable(),
  error: failureSchema.nullable(),
  /** What can be done with it now. */
  commands: z.array(commandSchema),
  warnings: z.array(z.string()),
  /** Absolute and signed, readable for one hour; null until stored. */
  video_url: z.string().nullable(),
  thumbnail_url: z.string().nullable(),
  spritesheet_url: z.string().nullable(),
  starred: z.boolean(),
  created_at: z.iso.datetime(),
  accepted_at: z.iso.datetime().nullable(),
  /** The provider began to render; before that the take waits, here or there. */
  rendering_at: z.iso.datetime().nullable(),
  deadline_at: z.iso.datetime().nullable(),
  completed_at: z.iso.datetime().nullable(),
  checked_at: z.iso.datetime().nullable(),
  /** Oldest first. */
  attempts: z.array(attemptSchema),
  receipt: receiptSchema,
});
export type VideoView = z.infer<typeof videoSchema>;

export const maxPromptLength = 32_000;

/** `POST /api/videos`. Unknown fields are refused. */
export const createSchema = z.strictObject({
  prompt: z
    .string()
    .max(maxPromptLength, `prompt has more than ${maxPromptLength} characters`)
    .refine((s) => s.trim().length > 0, 'prompt must not be empty')
    .refine((s) => !s.includes('\u0000'), 'prompt must not contain NUL characters'),
  model: z.string().min(1).max(200).optional(),
  /** Seconds of the clip; a numeric string is taken too, as Sora code sends it. */
  seconds: z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d+(\.\d+)?$/, 'seconds must be a number')
        .transform(Number),
    ])
    .pipe(z.number().positive().max(3600))
    .optional(),
  size: z
    .string()
    .regex(/^[1-9]\d{1,4}x[1-9]\d{1,4}$/, 'size must be WIDTHxHEIGHT, for example 1280x720')
    .optional(),
  seed: z.int().min(0).max(4_294_967_295).optional(),
  settings: z.record(z.string().max(100), anyJson).optional(),
  /** Ids of uploaded reference images. */
  inputs: z.array(z.string()).max(10).optional(),
  priority: prioritySchema.optional(),
  count: z.int().min(1).max(8).optional(),
  project: z.string().min(1).max(200).optional(),
  max_cost_usd: z.number().min(0).optional(),
});
/** What a client sends. */
export type CreateInput = z.input<typeof createSchema>;

export const videosSchema = z.object({ videos: z.array(videoSchema) });
export const pageSchema = z.object({ videos: z.array(videoSchema), next: z.string().nullable() });

export const listQuerySchema = z.strictObject({
  status: z.enum(['queued', 'running', 'ready', 'failed', 'needs_you']).optional(),
  model: z.string().optional(),
  project: z.string().optional(),
  shot: z.string().optional(),
  starred: z.enum(['true', 'false']).optional(),
  q: z.string().max(200).optional(),
  after: z.string().optional(),
  order: z.enum(['asc', 'desc']).optional(),
  limit: z.coerce.number().int().min(1).max(100).optional(),
});

/** `POST /api/videos/:id/decide`. */
export const decideSchema = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('keep_looking') }),
  z.strictObject({ decision: z.literal('adopt'), upstream_id: z.string().min(1).max(2_000) }),
  z.strictObject({ decision: z.literal('send_again') }),
  z.strictObject({ decision: z.literal('stop_looking') }),
]);
/** Commands without anything to say. */
export const emptySchema = z.strictObject({});
export const cancelSchema = z.strictObject({ discard: z.boolean().optional() });
export const retrySchema = z.strictObject({ force: z.boolean().optional() });
/** `priority` only while it waits in our line. */
export const patchSchema = z
  .strictObject({ starred: z.boolean().optional(), priority: prioritySchema.optional() })
  .refine((patch) => Object.keys(patch).length > 0, 'name what to change: starred or priority');

/** Answer of every command: the video as it is now, or the new take; `note` says why when nothing happened at once. */
export const commandAnswerSchema = z.object({ video: videoSchema, note: z.string().nullable() });

export const timelineSchema = z.object({
  events: z.array(
    z.object({
      id: z.string(),
      at: z.iso.datetime(),
      type: z.string(),
      /** For people. */
      text: z.string(),
      actor: z.object({ type: z.string(), id: z.string().optional() }),
      state_before: stateSchema.nullable(),
      state_after: stateSchema.nullable(),
      data: z.record(z.string(), anyJson),
    }),
  ),
});

export type Timeline = z.infer<typeof timelineSchema>;

export const modelsSchema = z.object({
  models: z.array(
    z.object({
      id: z.string(),
      provider: z.string(),
      label: z.string(),
      free: z.boolean(),
      /** Null = passed on unchecked. */
      sizes: z.array(z.string()).nullable(),
      seconds: z.array(z.number()).nullable(),
      typical: etaSchema,
      default: z.boolean(),
    }),
  ),
  aliases: z.record(z.string(), z.string()),
  default: z.string(),
});
export type ModelView = z.infer<typeof modelsSchema>['models'][number];

/** The seeds' shape, camelCase as they have it; the fields behind the first five are ours. */
export const soraStatusSchema = z.object({
  status: statusSchema,
  progress: z.int(),
  videoUrl: z.string().optional(),
  error: z.string().optional(),
  /** Milliseconds, p50. */
  estimatedTimeRemaining: z.int().optional(),
  state: stateSchema,
  step: z.string(),
  attention: attentionSchema.nullable(),
  estimatedTimeRemainingRange: z.tuple([z.int(), z.int()]).optional(),
});

export type SoraStatus = z.infer<typeof soraStatusSchema>;

/** `/api/cron/poll-sora-status`: the seeds' shape, and `pending`. */
export const cronSchema = z.object({
  success: z.boolean(),
  message: z.enum(['Sora status polling complete', 'No active generations', 'already running']),
  /** Videos looked at. */
  processed: z.int(),
  results: z.object({
    /** Became completed, failed, overdue. */
    success: z.int(),
    failed: z.int(),
    timedOut: z.int(),
    /** Looks without an answer, one line each. */
    errors: z.array(z.string()),
  }),
  /** Milliseconds. */
  duration: z.int(),
  /** Still going on. */
  pending: z.int(),
});
export type CronAnswer = z.infer<typeof cronSchema>;

/**
 * Live stream, `GET /api/events`: SSE with `id:` = cursor. `event: snapshot` first (the newest 100 videos and counts),
 * then `event: video` (a VideoView) and `event: removed`; a comment line every 15 s.
 */
export const liveSchema = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('snapshot'),
    data: z.object({ videos: z.array(videoSchema), counts: z.record(z.string(), z.int()) }),
  }),
  z.object({ event: z.literal('video'), data: videoSchema }),
  z.object({ event: z.literal('removed'), data: z.object({ id: z.string() }) }),
]);
export type LiveMessage = z.infer<typeof liveSchema>;

/** `POST /api/sign-in`. */
export const signInSchema = z.strictObject({ email: z.email().max(200), password: z.string().min(1).max(128) });
/** `POST /api/first`: the admin of a new installation; `token` is that of the printed link (`/sign-in?first=…`). */
export const firstSchema = z.strictObject({
  token: z.string().max(200),
  email: z.email().max(200),
  password: z.string().min(8, 'password must have at least 8 characters').max(128),
});
export const personSchema = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(['admin', 'member', 'viewer']),
});
/** Answer of both. */
export const signedInSchema = z.object({ user: personSchema });

/** `GET /api/session`. */
export const sessionSchema = z.object({
  user: personSchema,
  /** For "Use from code": this installation's address, and the first key where this user may see it. */
  url: z.string(),
  api_key: z.string().nullable(),
  /** Whether anything but the test pattern is configured. */
  connected: z.boolean(),
  first_run: z.boolean(),
});

/** `POST /api/files` (multipart, field `file`): a reference image. */
export const fileSchema = z.object({
  id: z.string(),
  content_type: z.string(),
  bytes: z.int(),
  width: z.int().nullable(),
  height: z.int().nullable(),
});

export const errorSchema = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});
