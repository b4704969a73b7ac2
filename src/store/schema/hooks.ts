import { index, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

/** Verified calls of providers, so that one that comes again changes nothing; kept for some days. */
export const hookDeliveries = pgTable(
  'hook_deliveries',
  {
    provider: text('provider').notNull(),
    /** The provider's own id of the call. */
    eventId: text('event_id').notNull(),
    attemptId: text('attempt_id').notNull(),
    at: timestamp('at', { withTimezone: true }).notNull(),
  },
  (delivery) => [
    primaryKey({ columns: [delivery.provider, delivery.eventId] }),
    index('hook_deliveries_attempt').on(delivery.attemptId),
    index('hook_deliveries_at').on(delivery.at),
  ],
);
