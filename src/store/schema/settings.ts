import { boolean, index, integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { Json } from '#video/video.ts';

const at = (name: string) => timestamp(name, { withTimezone: true });

/** Providers that a person set up, or changed; those that variables name need no row. */
export const providerConfigs = pgTable('provider_configs', {
  id: text('id').primaryKey(),
  kind: text('kind').notNull(),
  name: text('name'),
  personality: text('personality'),
  slots: integer('slots'),
  requestsPerMinute: integer('requests_per_minute'),
  enabled: boolean('enabled').notNull(),
  createdAt: at('created_at').notNull(),
  updatedAt: at('updated_at').notNull(),
});

/** Where a provider stands and with which key: the newest row in use, older ones for the jobs that were sent with them. */
export const providerCredentials = pgTable(
  'provider_credentials',
  {
    id: text('id').primaryKey(),
    provider: text('provider').notNull(),
    /** Null = the public address of its kind. */
    baseUrl: text('base_url'),
    /** Sealed: see seal.ts. Null = without a key. */
    ciphertext: text('ciphertext'),
    /** Which secret it is sealed with. */
    keyId: text('key_id'),
    createdAt: at('created_at').notNull(),
    retiredAt: at('retired_at'),
  },
  (credential) => [index('provider_credentials_provider').on(credential.provider)],
);

/** What people chose for the whole installation. */
export const settings = pgTable('settings', {
  key: text('key').primaryKey(),
  value: jsonb('value').$type<Json>().notNull(),
  updatedAt: at('updated_at').notNull(),
});
