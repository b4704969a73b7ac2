import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '#store/database/database.ts';
import type { Role } from './auth-schema.ts';

export type ApiKey = {
  id: string;
  ownerId: string;
  name: string;
  /** The first characters of the secret, to tell keys apart. */
  prefix: string;
  createdAt: Date;
  /** Exact to a minute. */
  lastUsedAt: Date | null;
  revokedAt: Date | null;
};

/** Whom a valid key stands for. */
export type KeyHolder = { keyId: string; ownerId: string; role: Role };

export type Keys = {
  /** The secret is shown this once; only its hash is kept. The owner must be a user. Throws where the secret is known. */
  create(ownerId: string, name: string, secret?: string): Promise<{ key: ApiKey; secret: string }>;
  /** A secret that is kept elsewhere has a key; one that was revoked stays so. */
  ensure(ownerId: string, name: string, secret: string): Promise<void>;
  /** Null = unknown, revoked, or its owner is gone. */
  verify(secret: string): Promise<KeyHolder | null>;
  /** Newest first, revoked ones too. Null = of every owner. */
  list(ownerId: string | null): Promise<ApiKey[]>;
  /** False when there is no such key of this owner, or it is revoked already. */
  revoke(id: string, ownerId: string | null): Promise<boolean>;
};

type KeyRow = {
  id: string;
  owner_id: string;
  name: string;
  prefix: string;
  created_at: Date;
  last_used_at: Date | null;
  revoked_at: Date | null;
};

const columns = 'id, owner_id, name, prefix, created_at, last_used_at, revoked_at';

/** Our own keys for programs: `dk_` and 256 random bits, of which SHA-256 is hash enough. */
export function openKeys(database: Database): Keys {
  return {
    async create(ownerId, name, secret = `dk_${randomBytes(32).toString('base64url')}`) {
      const [row] = await database.query<KeyRow>(
        `insert into api_keys (id, owner_id, name, prefix, sha256, created_at)
         values ($1, $2, $3, $4, $5, now()) returning ${columns}`,
        [`key_${randomBytes(12).toString('hex')}`, ownerId, name, secret.slice(0, 8), hash(secret)],
      );
      if (!row) throw new Error('the key was not written');
      return { key: toKey(row), secret };
    },

    async ensure(ownerId, name, secret) {
      await database.query(
        `insert into api_keys (id, owner_id, name, prefix, sha256, created_at)
         values ($1, $2, $3, $4, $5, now()) on conflict (sha256) do nothing`,
        [`key_${randomBytes(12).toString('hex')}`, ownerId, name, secret.slice(0, 8), hash(secret)],
      );
    },

    async verify(secret) {
      const [holder] = await database.query<KeyHolder>(verifyStatement, [hash(secret)]);
      return holder ?? null;
    },

    async list(ownerId) {
      const rows = await database.query<KeyRow>(
        `select ${columns} from api_keys where $1::text is null or owner_id = $1 order by created_at desc, id`,
        [ownerId],
      );
      return rows.map(toKey);
    },

    async revoke(id, ownerId) {
      const revoked = await database.query(
        `update api_keys set revoked_at = now()
         where id = $1 and revoked_at is null and ($2::text is null or owner_id = $2) returning 1 as revoked`,
        [id, ownerId],
      );
      return revoked.length > 0;
    },
  };
}

// The last use is written once a minute: a program that polls must not cost a write per request.
const verifyStatement = `
  with key as (
    select k.id, k.owner_id, k.last_used_at, u.role from api_keys k join "user" u on u.id = k.owner_id
    where k.sha256 = $1 and k.revoked_at is null
  ), used as (
    update api_keys k set last_used_at = now() from key
    where k.id = key.id and (key.last_used_at is null or key.last_used_at < now() - interval '1 minute')
  )
  select id as "keyId", owner_id as "ownerId", role from key`;

const hash = (secret: string) => createHash('sha256').update(secret).digest('hex');

const toKey = (row: KeyRow): ApiKey => ({
  id: row.id,
  ownerId: row.owner_id,
  name: row.name,
  prefix: row.prefix,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
});
