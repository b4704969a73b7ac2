import { bigint, index, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { type Role, user } from './auth.ts';

const at = (name: string) => timestamp(name, { withTimezone: true });

/** Links that let one person each come in; the token is kept as its hash. */
export const invites = pgTable(
  'invites',
  {
    id: text('id').primaryKey(),
    sha256: text('sha256').notNull().unique(),
    role: text('role').$type<Role>().notNull(),
    /** Null = whoever holds the link names an address. */
    email: text('email'),
    createdBy: text('created_by')
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    usedAt: at('used_at'),
    usedBy: text('used_by'),
    revokedAt: at('revoked_at'),
  },
  (invite) => [index('invites_created_by').on(invite.createdBy)],
);

/** What one owner may run and queue, where that differs from the configuration; null = as configured. */
export const ownerLimits = pgTable('owner_limits', {
  ownerId: text('owner_id').primaryKey(),
  maxRunning: integer('max_running'),
  maxQueued: integer('max_queued'),
});

/** Of rate-limiter-flexible, whose own statements name these columns. `expire` = milliseconds since 1970. */
export const rateLimits = pgTable(
  'rate_limits',
  {
    key: text('key').primaryKey(),
    points: integer('points').notNull().default(0),
    expire: bigint('expire', { mode: 'number' }),
  },
  (limit) => [index('rate_limits_expire').on(limit.expire)],
);
