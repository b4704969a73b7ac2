import { z } from 'zod';
import { attentionSchema, stateSchema, videoSchema } from '#api/wire.ts';

/**
 * The shapes that `/api/admin` speaks: an admin's session only. Pure: the studio imports it too. Times are ISO 8601,
 * durations milliseconds.
 */

const at = z.iso.datetime();

/** What an operator may do with a video; each is the last part of its path, `POST /api/admin/videos/:id/…`. */
export const adminCommandSchema = z.enum(['check', 'extend', 'give-up', 'requeue', 'adopt', 'collect', 'reset']);
export type AdminCommandName = z.infer<typeof adminCommandSchema>;

/** `POST …/extend`: the deadline becomes so many minutes from now. */
export const extendSchema = z.strictObject({ minutes: z.int().min(1).max(10_080) });
/** `POST …/adopt`: the job that somebody found at the provider. */
export const adoptSchema = z.strictObject({ upstream_id: z.string().min(1).max(2_000) });

export const providerSchema = z.object({
  id: z.string(),
  /** False = there are videos of it, and this installation does not know it (any more). */
  configured: z.boolean(),
  /** As people call it. */
  name: z.string(),
  /** It can stop a job that it has begun. */
  cancels: z.boolean(),
  /** An operator paused it: nothing is sent, what runs is watched. */
  paused_at: at.nullable(),
  /** Its last creates had no clear outcome: nothing is sent until it answers a probe. */
  starts_stopped_at: at.nullable(),
  /** It does not answer: nothing is asked or sent since then, but for one try now and again. */
  circuit: z.object({ open_since: at, next_try_at: at.nullable() }).nullable(),
  /**
   * Of all time: calls of it that were verified, calls that could not be, and verdicts that a look found though it had
   * been told where to call.
   */
  calls: z.object({ verified: z.int(), refused: z.int(), missed: z.int() }),
  /** Limits; null = none. */
  slots: z.int().nullable(),
  requests_per_minute: z.int().nullable(),
  /** With the provider, or on the way from or to it; those that are overdue are counted there alone. */
  running: z.int(),
  queued: z.int(),
  overdue: z.int(),
  needs_decision: z.int(),
  /** It gives no usable answer: for how many videos, and since when; the most frequent kind. */
  trouble: z
    .object({ kind: z.enum(['transient', 'rate_limited', 'auth', 'protocol']), since: at, videos: z.int() })
    .nullable(),
});
export type ProviderView = z.infer<typeof providerSchema>;

/** `GET /api/admin/overview`. */
export const overviewSchema = z.object({
  now: at,
  version: z.string(),
  database: z.object({ kind: z.enum(['embedded', 'server']), version: z.string() }),
  running: z.int(),
  queued: z.int(),
  overdue: z.int(),
  needs_decision: z.int(),
  /** How many videos `GET /api/admin/attention` lists. */
  attention: z.int(),
  /** Webhooks where nothing is sent any more, of all owners. */
  paused_webhooks: z.int(),
  /** Since the oldest video that is not over was asked for; null = there is none. */
  oldest_age_ms: z.int().nullable(),
  /** Since midnight, UTC. */
  today: z.object({ asked: z.int(), completed: z.int(), failed: z.int() }),
  providers: z.array(providerSchema),
});
export type Overview = z.infer<typeof overviewSchema>;

/** `GET /api/admin/attention`: what is stuck or needs a person, of all owners, oldest first. */
export const stuckSchema = z.object({
  items: z.array(
    z.object({
      video: videoSchema,
      owner_id: z.string(),
      /** The provider's number for it; null = never learned. */
      upstream_id: z.string().nullable(),
      /** Since it was asked for. */
      age_ms: z.int(),
      why: attentionSchema,
      /** What can be done with it now. */
      commands: z.array(adminCommandSchema),
    }),
  ),
  /** There are more than are listed. */
  more: z.boolean(),
});
export type StuckItem = z.infer<typeof stuckSchema>['items'][number];

/** `POST /api/admin/providers/:id/{pause,resume}`; `note` says why when nothing happened. */
export const providerAnswerSchema = z.object({ provider: providerSchema, note: z.string().nullable() });

/** `GET /api/admin/throughput`. */
export const throughputQuerySchema = z.strictObject({ hours: z.coerce.number().int().min(1).max(744).optional() });
export const throughputSchema = z.object({
  from: at,
  to: at,
  bucket_ms: z.int(),
  buckets: z.array(
    z.object({
      /** Where it begins. */
      at,
      asked: z.int(),
      accepted: z.int(),
      stored: z.int(),
      failed: z.int(),
      /** At its end: waiting in our line; with a provider, or on the way from or to it. */
      queued: z.int(),
      running: z.int(),
    }),
  ),
});
export type Throughput = z.infer<typeof throughputSchema>;

/** `GET /api/admin/audit`, newest first; `format` makes it a download of all that matches, without pages. */
export const auditQuerySchema = z.strictObject({
  /** A kind (`user`, `system`, …) or an id. */
  actor: z.string().max(200).optional(),
  type: z.string().max(100).optional(),
  video: z.string().max(100).optional(),
  owner: z.string().max(200).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  after: z
    .string()
    .regex(/^\d{1,20}-\d{1,18}$/, 'must be the `next` of a page')
    .optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
  format: z.enum(['csv', 'json']).optional(),
});
export const auditEventSchema = z.object({
  id: z.string(),
  at,
  type: z.string(),
  /** For people. */
  text: z.string(),
  actor: z.object({ type: z.string(), id: z.string().optional() }),
  /** Null = it is about a provider. */
  video_id: z.string().nullable(),
  owner_id: z.string().nullable(),
  provider: z.string().nullable(),
  state_before: stateSchema.nullable(),
  state_after: stateSchema.nullable(),
  data: z.record(z.string(), z.json().meta({ type: 'object', description: 'Any JSON value' })),
});
export type AuditEvent = z.infer<typeof auditEventSchema>;
export const auditSchema = z.object({
  events: z.array(auditEventSchema),
  /** The `after` of the next page. */
  next: z.string().nullable(),
});

/** `GET /api/admin/retention`: what the next housekeeping would delete. */
export const retentionSchema = z.object({
  /** Null = clips stay; only the files of deleted ones go, a week later. */
  days: z.number().nullable(),
  videos: z.array(
    z.object({ id: z.string(), owner_id: z.string(), prompt: z.string(), completed_at: at, bytes: z.int() }),
  ),
  /** Of those listed. */
  bytes: z.int(),
  /** There are more than are listed. */
  more: z.boolean(),
});
