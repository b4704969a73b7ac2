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
    'copy_failing',
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
  /** As in `cost`: what was paid, who says so, and whether the provider ever did. */
  paid_usd: z.number().nullable(),
  paid_source: z.enum(['provider', 'estimate']).nullable(),
  may_be_billed: z.boolean(),
});

/** What a take costs, in US dollars, over all its submissions. */
export const costSchema = z.object({
  /** What one submission is expected to cost, frozen when it was asked for; null = its price is not known. */
  estimate_usd: z.number().nullable(),
  /** What was paid so far: 0 = nothing was billed; null = nothing is settled yet, or nobody knows. */
  actual_usd: z.number().nullable(),
  /** Who says `actual_usd`; `estimate` where it is a part of it. */
  source: z.enum(['provider', 'estimate']).nullable(),
  /** The provider never told whether it bills: `actual_usd` counts it as if. */
  may_be_billed: z.boolean(),
  /** False = without a price, it reserves nothing and counts against no cap. */
  known: z.boolean(),
});
export type CostView = z.infer<typeof costSchema>;

/** What a model asks for a clip, in US dollars. */
export const priceSchema = z.object({
  /** Per second of clip; by resolution (the shorter side: `720p`) where it depends on it. */
  per_second_usd: z.union([z.number(), z.record(z.string(), z.number())]).nullable(),
  per_clip_usd: z.number().nullable(),
  /** Where it stands, and when it was read (`YYYY-MM-DD`). */
  source: z.string(),
  as_of: z.string(),
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
  /** Whether a cancel stops it; where the provider cannot, `note` says so, with the price where it is known. */
  cancel: z.object({ stops: z.boolean(), note: z.string().nullable() }),
  /** What is done to find a job whose answer was lost. */
  search: z.string().nullable(),
  warnings: z.array(z.string()),
  /** Absolute and signed, readable for one hour; null until stored. */
  video_url: z.string().nullable(),
  /** The clip was deleted when its time was up; the take stays. */
  clip_deleted: z.boolean(),
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
  cost: costSchema,
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
  /** Reference images: ids of uploaded ones, https: or data: URLs. The first one is the first frame. */
  inputs: z.array(z.string()).max(10).optional(),
  priority: prioritySchema.optional(),
  count: z.int().min(1).max(8).optional(),
  project: z.string().min(1).max(200).optional(),
  max_cost_usd: z.number().min(0).optional(),
});
/** What a client sends. */
export type CreateInput = z.input<typeof createSchema>;

/** `POST /api/videos/:id/remix`. */
export const remixSchema = createSchema.pick({ prompt: true, max_cost_usd: true });

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
      /** As people call it. */
      provider_name: z.string(),
      label: z.string(),
      free: z.boolean(),
      /** Null = passed on unchecked. */
      sizes: z.array(z.string()).nullable(),
      seconds: z.array(z.number()).nullable(),
      /** A reference image as the first frame; null = unknown, passed on. */
      first_frame: z.enum(['no', 'optional', 'required']).nullable(),
      /** Clips come with sound; null = unknown. */
      audio: z.boolean().nullable(),
      /** What it can make of a finished clip, or beside one. */
      operations: z.array(z.enum(['remix', 'edit', 'extend', 'character'])),
      typical: etaSchema,
      deadline_ms: z.int(),
      /** Its last day (`YYYY-MM-DD`, UTC), after which it is refused, and what to take instead; null = none is known. */
      retires: z.object({ on: z.string(), instead: z.string().nullable() }).nullable(),
      /** Its provider can stop a job that it has begun. */
      cancels: z.boolean(),
      /** Its provider is set up, and has a key where it needs one. */
      available: z.boolean(),
      /** Null = not known: its clips reserve nothing, and count against no cap. */
      price: priceSchema.nullable(),
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

/** `POST /api/files`: multipart with the field `file`, or JSON with a `url` (https: or data:). */
export const fileUrlSchema = z.strictObject({ url: z.string().min(1, 'url must not be empty') });
/** A reference file. Its content is at `/api/files/:id/content`. */
export const fileSchema = z.object({
  id: z.string(),
  name: z.string().nullable(),
  content_type: z.string(),
  bytes: z.int(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  /** Of a video. */
  duration_ms: z.int().nullable(),
  created_at: z.iso.datetime(),
});
/** `DELETE /api/files/:id`. */
export const fileDeletedSchema = z.object({ id: z.string(), deleted: z.literal(true) });

export const errorSchema = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
    /** Of `confirm_cost` and `budget_exceeded`: what was asked for is estimated to cost so much. */
    cost_usd: z.number().optional(),
    /** Of `budget_exceeded`. */
    cap_usd: z.number().optional(),
    spent_usd: z.number().optional(),
    resets_at: z.iso.datetime().optional(),
  }),
});

/** `POST /api/backup`: the rows lie in `directory` of the data directory, one file per table. */
export const backupSchema = z.object({
  directory: z.string(),
  takenAt: z.iso.datetime(),
  migration: z.string(),
  tables: z.record(z.string(), z.int()),
});
