import type { z } from 'zod';
import type * as wire from '#api/webhooks/wire.ts';
import type { Delivery, Webhook } from '#api/webhooks/wire.ts';
import { get, searchOf, send } from '#ui/api.ts';

export type { Delivery, Webhook, WebhookEvent } from '#api/webhooks/wire.ts';

export type WebhookPost = z.input<typeof wire.webhookPostSchema>;
export type WebhookPatch = z.input<typeof wire.webhookPatchSchema>;
/** The secret comes this once. */
export type WebhookSecret = z.infer<typeof wire.webhookSecretSchema>;
type Deliveries = z.infer<typeof wire.deliveriesSchema>;

const root = '/api/webhooks';
const path = (id: string) => `${root}/${encodeURIComponent(id)}`;

/** The routes of one's own webhooks. All reject with ApiError. */
export const webhooksApi = {
  list: (signal?: AbortSignal) => get<z.infer<typeof wire.webhooksSchema>>(root, signal),
  create: (body: WebhookPost) => send<WebhookSecret>('POST', root, body),
  change: (id: string, body: WebhookPatch) => send<Webhook>('PATCH', path(id), body),
  remove: (id: string) => send<unknown>('DELETE', path(id)),
  rotate: (id: string) => send<WebhookSecret>('POST', `${path(id)}/rotate`, {}),
  /** Sends `webhook.test` now, and says how it went. */
  test: (id: string) => send<Delivery>('POST', `${path(id)}/test`, {}),
  resume: (id: string) => send<Webhook>('POST', `${path(id)}/resume`, {}),
  deliveries: (id: string, after: string | undefined, signal?: AbortSignal) =>
    get<Deliveries>(`${path(id)}/deliveries${searchOf({ after, limit: 20 })}`, signal),
  replay: (id: string, delivery: string) =>
    send<Delivery>('POST', `${path(id)}/deliveries/${encodeURIComponent(delivery)}/replay`, {}),
};
