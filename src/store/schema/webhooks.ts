import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { DeliveryState, PauseReason, WebhookEventType } from '#engine/webhooks.ts';
import type { JsonObject } from '#video/video.ts';

const at = (name: string) => timestamp(name, { withTimezone: true });
const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

/** Where people are told what happens to their videos. */
export const webhookEndpoints = pgTable(
  'webhook_endpoints',
  {
    id: text('id').primaryKey(),
    ownerId: text('owner_id').notNull(),
    /** Hears of the videos of every owner, as long as its own one is an admin. */
    allOwners: boolean('all_owners').notNull(),
    name: text('name').notNull(),
    url: text('url').notNull(),
    events: text('events').array().$type<WebhookEventType[]>().notNull(),
    /** Sealed: see seal.ts. */
    secret: text('secret').notNull(),
    /** Which secret of the installation it is sealed with. */
    keyId: text('key_id').notNull(),
    /** The secret before the last rotation, while that is still signed with. */
    previousSecret: text('previous_secret'),
    previousKeyId: text('previous_key_id'),
    previousUntil: at('previous_until'),
    /** Failed tries since the last one that arrived. */
    failures: integer('failures').notNull().default(0),
    /** Of the first of them. */
    failingSince: at('failing_since'),
    pausedAt: at('paused_at'),
    pausedWhy: text('paused_why').$type<PauseReason>(),
    createdAt: at('created_at').notNull(),
  },
  (endpoint) => [index('webhook_endpoints_owner').on(endpoint.ownerId)],
);

/** One message to one endpoint: what is to be sent, and how it went. Kept for thirty days. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    endpointId: text('endpoint_id')
      .notNull()
      .references(() => webhookEndpoints.id, { onDelete: 'cascade' }),
    /** The receiver knows a repetition by it. */
    eventId: text('event_id').notNull(),
    type: text('type').notNull(),
    /** Null = a test. */
    videoId: text('video_id'),
    data: jsonb('data').$type<JsonObject>().notNull(),
    /** Of the event. */
    at: at('at').notNull(),
    state: text('state').$type<DeliveryState>().notNull(),
    /** Of the job that delivers it; null while `pending` = it has none yet. */
    jobId: uuid('job_id'),
    tries: smallint('tries').notNull().default(0),
    lastAt: at('last_at'),
    /** HTTP; null = no answer. */
    lastStatus: smallint('last_status'),
    lastError: text('last_error'),
    /** The beginning of the answer. */
    lastAnswer: text('last_answer'),
    nextAt: at('next_at'),
    giveUpAt: at('give_up_at').notNull(),
  },
  (delivery) => [
    uniqueIndex('webhook_deliveries_once').on(delivery.endpointId, delivery.eventId),
    index('webhook_deliveries_log').on(delivery.endpointId, delivery.id),
    index('webhook_deliveries_video').on(delivery.videoId, delivery.endpointId),
    index('webhook_deliveries_jobless').on(delivery.id).where(sql`state = 'pending' and job_id is null`),
    index('webhook_deliveries_age').on(delivery.at),
  ],
);

/** Up to which event deliveries were made; one row, from the first endpoint on. */
export const webhookPosition = pgTable('webhook_position', {
  one: boolean('one').primaryKey().default(true),
  xid: xid8('xid').notNull(),
  eventId: bigint('event_id', { mode: 'number' }).notNull(),
});
