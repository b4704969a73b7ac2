import { randomBytes } from 'node:crypto';
import type {
  ProviderChange,
  SettingsStore,
  StoredCredential,
  StoredFallbacks,
  StoredProvider,
  StoredTest,
} from '#engine/stored-settings.ts';
import type { Database, Queryable } from '#store/database/database.ts';
import { toJson } from '#store/json.ts';
import { type Connection, channelName, notify, now } from '#store/sql.ts';
import type { EventType } from '#video/lifecycle.ts';
import type { Actor, JsonObject } from '#video/video.ts';
import type { Seal } from './seal.ts';

type CredentialRow = {
  id: string;
  provider: string;
  base_url: string | null;
  ciphertext: string | null;
  key_id: string | null;
  created_at: Date;
  retired_at: Date | null;
};

type ProviderRow = Omit<StoredProvider, 'credentials'>;

/** A retired key goes when no job needs it any more, but not while another process may still be about to use it. */
const keptRetired = `interval '1 hour'`;

/** Settings are few and change seldom: all of them are read at once. */
export function openSettings(database: Database, seal: Seal): SettingsStore {
  const on: Connection = { database, now: () => null, dailyCapMicroUsd: null };

  async function change(
    event: EventType,
    actor: Actor,
    data: JsonObject,
    work: (tx: Queryable) => Promise<boolean>,
  ): Promise<boolean> {
    return database.transaction(async (tx) => {
      if (!(await work(tx))) return false;
      await tx.query(`insert into events (at, type, actor, data) values (${now}, $2, $3::jsonb, $4::jsonb)`, [
        null,
        event,
        toJson(actor),
        toJson(data),
      ]);
      await notify(on, tx, 'settings', 'events');
      return true;
    });
  }

  async function set(key: string, value: unknown, event: EventType, actor: Actor, data: JsonObject): Promise<void> {
    await change(event, actor, data, async (tx) => {
      await (value === null
        ? tx.query('delete from settings where key = $1', [key])
        : tx.query(
            `insert into settings (key, value, updated_at) values ($2, $3::jsonb, ${now})
             on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`,
            [null, key, toJson(value)],
          ));
      return true;
    });
  }

  function toCredential(row: CredentialRow): StoredCredential {
    const key = row.ciphertext === null ? null : seal.open(row.ciphertext, row.key_id ?? '', boundTo(row));
    return {
      id: row.id,
      baseUrl: row.base_url,
      key,
      unreadable: row.ciphertext !== null && key === null,
      createdAt: row.created_at,
      retiredAt: row.retired_at,
    };
  }

  return {
    async load() {
      const { providers, credentials, values } = await database.transaction(async (tx) => ({
        providers: await tx.query<ProviderRow>(
          `select id, kind, name, personality, slots, requests_per_minute as "requestsPerMinute", enabled
           from provider_configs order by created_at, id`,
        ),
        credentials: await tx.query<CredentialRow>(
          'select * from provider_credentials order by retired_at desc nulls first, id',
        ),
        values: await tx.query<{ key: string; value: unknown }>('select key, value from settings'),
      }));
      const chosen = new Map(values.map(({ key, value }) => [key, value]));
      return {
        providers: providers.map((row) => ({
          ...row,
          credentials: credentials.filter(({ provider }) => provider === row.id).map(toCredential),
        })),
        defaultModel: (chosen.get('default_model') as string | undefined) ?? null,
        aliases: (chosen.get('aliases') as Record<string, string> | undefined) ?? {},
        fallbacks: (chosen.get('fallbacks') as StoredFallbacks | undefined) ?? {
          enabled: false,
          dearer: false,
          models: {},
        },
        tests: Object.fromEntries(
          values
            .filter(({ key }) => key.startsWith(testOf('')))
            .map(({ key, value }) => [key.slice(testOf('').length), value as StoredTest]),
        ),
      };
    },

    async saveProvider(id, { credential, ...config }, actor) {
      const data = { provider: id, kind: config.kind, ...(credential && { key: credential.key ? 'set' : 'none' }) };
      await change('provider_saved', actor, data, async (tx) => {
        await tx.query(saveStatement, [null, id, ...columnsOf(config)]);
        if (!credential) return true;
        await tx.query(
          `update provider_credentials set retired_at = ${now} where provider = $2 and retired_at is null`,
          [null, id],
        );
        await tx.query(dropStatement, [null, id]);
        const row = { id: `cred_${randomBytes(12).toString('hex')}`, provider: id, base_url: credential.baseUrl };
        const ciphertext = credential.key === null ? null : seal.close(credential.key, boundTo(row));
        await tx.query(
          `insert into provider_credentials (id, provider, base_url, ciphertext, key_id, created_at)
           values ($2, $3, $4, $5, $6, ${now})`,
          [null, row.id, id, row.base_url, ciphertext, ciphertext && seal.keyId],
        );
        return true;
      });
    },

    removeProvider: (id, actor) =>
      change('provider_removed', actor, { provider: id }, async (tx) => {
        const gone = await tx.query('delete from provider_configs where id = $1 returning 1 as gone', [id]);
        await tx.query('delete from provider_credentials where provider = $1', [id]);
        await tx.query(`delete from settings where key = 'default_model' and starts_with(value #>> '{}', $1)`, [
          `${id}/`,
        ]);
        await tx.query('delete from settings where key = $1', [testOf(id)]);
        return gone.length > 0;
      }),

    setDefaultModel: (model, actor) => set('default_model', model, 'default_model_changed', actor, { model }),
    setAliases: (aliases, actor) => set('aliases', aliases, 'aliases_changed', actor, { aliases }),
    setFallbacks: (fallbacks, actor) => set('fallbacks', fallbacks, 'fallbacks_changed', actor, { fallbacks }),
    saveTest: (id, test, actor) =>
      set(testOf(id), test, 'provider_tested', actor, { provider: id, outcome: test.outcome }),

    async reseal() {
      return database.transaction(async (tx) => {
        const rows = await tx.query<CredentialRow>(
          'select * from provider_credentials where ciphertext is not null and key_id <> $1 for update',
          [seal.keyId],
        );
        let resealed = 0;
        for (const row of rows) {
          const { key } = toCredential(row);
          if (key === null) continue;
          await tx.query('update provider_credentials set ciphertext = $2, key_id = $3 where id = $1', [
            row.id,
            seal.close(key, boundTo(row)),
            seal.keyId,
          ]);
          resealed += 1;
        }
        if (resealed > 0) await notify(on, tx, 'settings');
        return resealed;
      });
    },

    listen: (listener) => database.listen(channelName(database, 'settings'), listener),
  };
}

const testOf = (provider: string): string => `test of ${provider}`;

/** A key opens in its own row alone, for its own provider, at the address that it was given for. */
const boundTo = ({ id, provider, base_url }: Pick<CredentialRow, 'id' | 'provider' | 'base_url'>): string =>
  JSON.stringify([id, provider, base_url]);

const columnsOf = ({ kind, name, personality, slots, requestsPerMinute, enabled }: ProviderChange) => [
  kind,
  name,
  personality,
  slots,
  requestsPerMinute,
  enabled,
];

const saveStatement = `
  insert into provider_configs (id, kind, name, personality, slots, requests_per_minute, enabled, created_at, updated_at)
  values ($2, $3, $4, $5, $6, $7, $8, ${now}, ${now})
  on conflict (id) do update set
    kind = excluded.kind, name = excluded.name, personality = excluded.personality, slots = excluded.slots,
    requests_per_minute = excluded.requests_per_minute, enabled = excluded.enabled, updated_at = excluded.updated_at`;

const dropStatement = `
  delete from provider_credentials c
  where c.provider = $2 and c.retired_at < ${now} - ${keptRetired} and not exists (
    select from attempts a where a.credential_id = c.id and (a.outcome is null or a.watch_until > ${now}))`;
