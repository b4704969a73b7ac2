import { sql } from 'drizzle-orm';
import { index, pgTable, smallint, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';

const at = (name: string) => timestamp(name, { withTimezone: true });

/**
 * Creates that may come a second time: under a key of the client's, or as the retry that its SDK sends by itself. Kept
 * for a day.
 */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    id: text('id').primaryKey(),
    ownerId: text('owner_id').notNull(),
    /** Null = the client gave none, and counts its tries. */
    key: text('key'),
    /** Hash of the parsed fields and files. */
    fingerprint: text('fingerprint').notNull(),
    /** What the first answer told of; null = not known yet. */
    resultIds: text('result_ids').array(),
    /** The highest try that was answered with it. */
    tries: smallint('tries').notNull(),
    /** When an answer went out whole: no automatic retry comes after that. */
    answeredAt: at('answered_at'),
    createdAt: at('created_at').notNull(),
  },
  (row) => [
    uniqueIndex('idempotency_keys_key').on(row.ownerId, row.key),
    index('idempotency_keys_open').on(row.ownerId, row.fingerprint).where(sql`answered_at is null`),
    index('idempotency_keys_age').on(row.createdAt),
  ],
);

/** Somebody who appears in several clips, as a provider knows him. */
export const characters = pgTable(
  'characters',
  {
    id: text('id').primaryKey(),
    ownerId: text('owner_id').notNull(),
    name: text('name').notNull(),
    provider: text('provider').notNull(),
    /** Null = the provider has not said yes. */
    upstreamId: text('upstream_id'),
    createdAt: at('created_at').notNull(),
  },
  (character) => [index('characters_owner').on(character.ownerId)],
);
