import { z } from 'zod';

/** The shapes that `/api/webhooks` speaks. Pure: the studio imports it too. Times are ISO 8601. */

const at = z.iso.datetime();

export const webhookEventSchema = z.enum(['video.completed', 'video.failed', 'video.progress', 'video.attention']);
export type WebhookEvent = z.infer<typeof webhookEventSchema>;

export const webhookSchema = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  events: z.array(webhookEventSchema),
  /** Of the videos of everybody; admins only. */
  all: z.boolean(),
  created_at: at,
  /** `failing` = the last try did not arrive, and others follow; `paused` = nothing is sent. */
  state: z.enum(['on', 'failing', 'paused']),
  failing_since: at.nullable(),
  paused_at: at.nullable(),
  /** Why, for people; null = it is not paused. */
  paused_why: z.string().nullable(),
  /** Deliveries that are sent when it resumes. */
  held: z.int(),
  /** Until then the secret before the last rotation is signed with too. */
  previous_secret_until: at.nullable(),
});
export type Webhook = z.infer<typeof webhookSchema>;

/** `GET /api/webhooks`: one's own, oldest first. */
export const webhooksSchema = z.object({ webhooks: z.array(webhookSchema) });

const name = z.string().trim().min(1, 'name must not be empty').max(100, 'name has more than 100 characters');
const url = z
  .string()
  .trim()
  .max(2_000, 'url has more than 2,000 characters')
  .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'url must be an https:// address')
  .refine((text) => !URL.parse(text)?.username && !URL.parse(text)?.password, 'url must not contain a password');
const events = z
  .array(webhookEventSchema)
  .min(1, 'events must name at least one')
  .max(4)
  .transform((all) => [...new Set(all)]);

/** `POST /api/webhooks`. */
export const webhookPostSchema = z.strictObject({
  url,
  /** The host of `url` without it. */
  name: name.optional(),
  /** `video.completed` and `video.failed` without it. */
  events: events.optional(),
  all: z.boolean().optional(),
});
/** `PATCH /api/webhooks/:id`: what is not given stays. */
export const webhookPatchSchema = z.strictObject({
  url: url.optional(),
  name: name.optional(),
  events: events.optional(),
  all: z.boolean().optional(),
});
/** `secret` (`whsec_…`) is shown this once. */
export const webhookSecretSchema = z.object({ webhook: webhookSchema, secret: z.string() });
/** `POST /api/webhooks/:id/rotate`; the secret before is signed with beside the new one for a day, unless that is false. */
export const webhookRotateSchema = z.strictObject({ keep_previous: z.boolean().optional() });

export const deliverySchema = z.object({
  id: z.string(),
  /** `webhook-id` of every try. */
  event_id: z.string(),
  type: z.string(),
  /** Null = a test. */
  video_id: z.string().nullable(),
  /** Of the event. */
  at,
  /** `held` = waits until its webhook resumes; `failed` = nothing is tried any more. */
  state: z.enum(['pending', 'delivered', 'failed', 'held']),
  tries: z.int(),
  last_try_at: at.nullable(),
  /** HTTP status of the last answer; null = there was none. */
  last_status: z.int().nullable(),
  last_error: z.string().nullable(),
  /** The beginning of the last answer, as it came: text of a stranger. */
  last_answer: z.string().nullable(),
  next_try_at: at.nullable(),
});
export type Delivery = z.infer<typeof deliverySchema>;

/** `GET /api/webhooks/:id/deliveries`, newest first. */
export const deliveriesQuerySchema = z.strictObject({
  state: deliverySchema.shape.state.optional(),
  after: z.coerce.number('after must be the next of a page').int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number('limit must be a number').int().min(1).max(100).optional(),
});
export const deliveriesSchema = z.object({
  deliveries: z.array(deliverySchema),
  /** The `after` of the next page; null = this is the last one. */
  next: z.string().nullable(),
});
