import { bigint, date, index, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import type { LedgerKind, Source } from '#video/money.ts';

const at = (name: string) => timestamp(name, { withTimezone: true });

/**
 * What every attempt costs, written down with the move that decides it. The entries of an attempt add up to its cost as
 * far as that is known: `settle`, `release` and `correct` say by how much they change what was reserved. Append-only,
 * and it outlives the videos.
 */
export const ledger = pgTable(
  'ledger',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    ownerId: text('owner_id').notNull(),
    videoId: text('video_id').notNull(),
    attemptId: text('attempt_id').notNull(),
    kind: text('kind').$type<LedgerKind>().notNull(),
    /** Millionths of a US dollar. */
    amountMicroUsd: bigint('amount_micro_usd', { mode: 'number' }).notNull(),
    /** Who says so; null = the price is not known. */
    source: text('source').$type<Source>(),
    model: text('model').notNull(),
    /** The UTC day of the reserve, whenever this entry was written: the day whose cap it counts against. */
    day: date('day').notNull(),
    at: at('at').notNull(),
  },
  (entry) => [
    uniqueIndex('ledger_attempt_kind').on(entry.attemptId, entry.kind),
    index('ledger_owner_day').on(entry.ownerId, entry.day),
    index('ledger_day').on(entry.day),
  ],
);

/** Daily caps that an admin set. Whoever has none follows the row of `*`, and without that the configuration. */
export const budgets = pgTable('budgets', {
  ownerId: text('owner_id').primaryKey(),
  /** Millionths of a US dollar per UTC day; null = no cap. */
  capMicroUsd: bigint('cap_micro_usd', { mode: 'number' }),
});
