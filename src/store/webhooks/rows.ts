import type { Endpoint, WebhookDelivery } from '#engine/webhooks.ts';

/** What is selected of an endpoint `w`; its secrets are not among it. */
export const endpointColumns = `w.id, w.owner_id as "ownerId", w.all_owners as "all", w.name, w.url, w.events,
  w.created_at as "createdAt", case when w.previous_until > now() then w.previous_until end as "previousUntil",
  w.failing_since as "failingSince", w.paused_at as "pausedAt", w.paused_why as "pausedWhy",
  case when w.paused_at is null then 0 else (
    select count(*)::int from webhook_deliveries d where d.endpoint_id = w.id and d.state = 'held') end as held`;
export type EndpointRow = Endpoint;

/** What is selected of a delivery `d`. */
export const deliveryColumns = `d.id::float8 as id, d.endpoint_id as "endpointId", d.event_id as "eventId", d.type,
  d.video_id as "videoId", d.data, d.at, d.state, d.tries, d.last_at as "lastAt", d.last_status as "lastStatus",
  d.last_error as "lastError", d.last_answer as "lastAnswer", d.next_at as "nextAt"`;
export type DeliveryRow = WebhookDelivery;

/** A delivery is tried for so long. */
export const patience = `interval '72 hours'`;

export type SealedSecrets = {
  id: string;
  owner_id: string;
  secret: string;
  key_id: string;
  previous_secret: string | null;
  previous_key_id: string | null;
};
export const secretColumns = `w.secret, w.key_id,
  case when w.previous_until > now() then w.previous_secret end as previous_secret, w.previous_key_id`;

/** A secret opens in the row of its endpoint alone. */
export const boundTo = ({ id, owner_id }: Pick<SealedSecrets, 'id' | 'owner_id'>): string =>
  JSON.stringify(['webhook', id, owner_id]);
