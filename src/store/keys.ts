import { createHash } from 'node:crypto';
import type { Database } from './database.ts';

export type ApiKey = { id: string; ownerId: string };

/** Keys for programs. Only the hash of one is kept; the first characters tell keys apart in a list. */
export type ApiKeys = {
  /** The key that this secret is; null = unknown or revoked. Its last use is written down once a minute at most. */
  verify(secret: string): Promise<ApiKey | null>;
  /** Makes the secret a key of this owner, unless it is known already; a revoked one stays revoked. */
  ensure(secret: string, ownerId: string, name: string): Promise<void>;
  revoke(id: string): Promise<void>;
};

const shownCharacters = 9;

export function openApiKeys(database: Database): ApiKeys {
  return {
    async verify(secret) {
      const [key] = await database.query<{ id: string; owner_id: string; stale: boolean }>(
        `select id, owner_id, coalesce(last_used_at < now() - interval '1 minute', true) as stale
         from api_keys where sha256 = $1 and revoked_at is null`,
        [hashOf(secret)],
      );
      if (!key) return null;
      if (key.stale) await database.query('update api_keys set last_used_at = now() where id = $1', [key.id]);
      return { id: key.id, ownerId: key.owner_id };
    },
    async ensure(secret, ownerId, name) {
      const hash = hashOf(secret);
      await database.query(
        `insert into api_keys (id, owner_id, name, prefix, sha256, created_at) values ($1, $2, $3, $4, $5, now())
         on conflict do nothing`,
        [`key_${hash.slice(0, 24)}`, ownerId, name, secret.slice(0, shownCharacters), hash],
      );
    },
    async revoke(id) {
      await database.query('update api_keys set revoked_at = coalesce(revoked_at, now()) where id = $1', [id]);
    },
  };
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
