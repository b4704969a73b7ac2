import type { Endpoint, WebhookDelivery } from '#engine/webhooks.ts';
import type { Delivery, Webhook } from './wire.ts';

const whyPaused = {
  gone: 'It answered 410: there is no such address any more.',
  failing: 'Nothing arrived there for too long.',
};

export const viewOf = (endpoint: Endpoint): Webhook => ({
  id: endpoint.id,
  name: endpoint.name,
  url: endpoint.url,
  events: endpoint.events,
  all: endpoint.all,
  created_at: endpoint.createdAt.toISOString(),
  state: endpoint.pausedAt ? 'paused' : endpoint.failingSince ? 'failing' : 'on',
  failing_since: iso(endpoint.failingSince),
  paused_at: iso(endpoint.pausedAt),
  paused_why: endpoint.pausedWhy && whyPaused[endpoint.pausedWhy],
  held: endpoint.held,
  previous_secret_until: iso(endpoint.previousUntil),
});

export const deliveryView = (delivery: WebhookDelivery): Delivery => ({
  id: String(delivery.id),
  event_id: delivery.eventId,
  type: delivery.type,
  video_id: delivery.videoId,
  at: delivery.at.toISOString(),
  state: delivery.state,
  tries: delivery.tries,
  last_try_at: iso(delivery.lastAt),
  last_status: delivery.lastStatus,
  last_error: delivery.lastError,
  last_answer: delivery.lastAnswer,
  next_try_at: iso(delivery.nextAt),
});

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
