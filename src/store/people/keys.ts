import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '#store/database/database.ts';
import { writeEvent } from '#store/events/write-event.ts';
import type { Role, Scope } from '#store/schema/auth.ts';
import type { Actor } from '#video/video.ts';

export type ApiKey = {
  id: string;
  ownerId: string;
  ownerName: string;
  name: string;
  /** The first characters of the secret, to tell keys apart. */
  prefix: string;
  scopes: Scope[];
  /** Null = as configured. */
  createsPerMinute: number | null;
  createdAt: Date;
  /** Null = never. */
  expiresAt: Date | null;
  /** Exact to a minute. */
  lastUsedAt: Date | null;
  revokedAt: Date | null;
  /** `idle` = its owner is disabled. */
  state: 'active' | 'expired' | 'revoked' | 'idle';
};

/** Whom a valid key stands for, and what it may at most. */
export type KeyHolder = { id: string; ownerId: string; role: Role; scopes: Scope[]; createsPerMinute: number | null };

export type NewKey = {
  ownerId: string;
  name: string;
  scopes?: Scope[];
  expiresAt?: Date | null;
  createsPerMinute?: number | null;
  /** Made here when it is left out. */
  secret?: string;
};

export type Keys = {
  /** The secret is shown this once; only its hash is kept. The owner must be a user. Throws where the secret is known. */
  create(key: NewKey, actor: Actor): Promise<{ key: ApiKey; secret: string }>;
  /** A secret that is kept elsewhere has a key; one that was revoked stays so. */
  ensure(ownerId: string, name: string, secret: string): Promise<void>;
  /** Null = unknown, expired, revoked, or its owner is disabled or gone. */
  verify(secret: string): Promise<KeyHolder | null>;
  /** Newest first, revoked ones too. Null = of every owner. */
  list(ownerId: string | null): Promise<ApiKey[]>;
  /** False when there is no such key of this owner, or it is revoked already. */
  revoke(id: string, ownerId: string | null, actor: Actor): Promise<boolean>;
};

const columns = `k.id, k.owner_id as "ownerId", u.name as "ownerName", k.name, k.prefix, k.scopes,
  k.creates_per_minute as "createsPerMinute", k.created_at as "createdAt", k.expires_at as "expiresAt",
  k.last_used_at as "lastUsedAt", k.revoked_at as "revokedAt",
  case when k.revoked_at is not null then 'revoked' when k.expires_at <= now() then 'expired'
    when u.disabled_at is not null then 'idle' else 'active' end as state`;
const from = 'api_keys k join "user" u on u.id = k.owner_id';

/** Our own keys for programs: `dk_` and 256 random bits, of which SHA-256 is hash enough. */
export function openKeys(database: Database): Keys {
  return {
    create: ({ ownerId, name, secret = `dk_${randomBytes(32).toString('base64url')}`, ...given }, actor) =>
      database.transaction(async (tx) => {
        const { scopes = ['read', 'create'], expiresAt = null, createsPerMinute = null } = given;
        const id = newId();
        await tx.query(
          `insert into api_keys (id, owner_id, name, prefix, sha256, scopes, expires_at, creates_per_minute, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, now())`,
          [id, ownerId, name, secret.slice(0, 8), hash(secret), scopes, expiresAt, createsPerMinute],
        );
        const [key] = await tx.query<ApiKey>(`select ${columns} from ${from} where k.id = $1`, [id]);
        if (!key) throw new Error('the key was not written');
        await writeEvent(database, tx, { type: 'key_made', actor, data: { key: id, name, owner: ownerId, scopes } });
        return { key, secret };
      }),

    async ensure(ownerId, name, secret) {
      await database.query(
        `insert into api_keys (id, owner_id, name, prefix, sha256, created_at)
         values ($1, $2, $3, $4, $5, now()) on conflict (sha256) do nothing`,
        [newId(), ownerId, name, secret.slice(0, 8), hash(secret)],
      );
    },

    async verify(secret) {
      const [holder] = await database.query<KeyHolder>(verifyStatement, [hash(secret)]);
      return holder ?? null;
    },

    list: (ownerId) =>
      database.query<ApiKey>(
        `select ${columns} from ${from} where $1::text is null or k.owner_id = $1 order by k.created_at desc, k.id`,
        [ownerId],
      ),

    revoke: (id, ownerId, actor) =>
      database.transaction(async (tx) => {
        const [revoked] = await tx.query<{ name: string; owner: string }>(
          `update api_keys set revoked_at = now()
           where id = $1 and revoked_at is null and ($2::text is null or owner_id = $2)
           returning name, owner_id as owner`,
          [id, ownerId],
        );
        if (!revoked) return false;
        await writeEvent(database, tx, { type: 'key_revoked', actor, data: { key: id, ...revoked } });
        return true;
      }),
  };
}

// The last use is written once a minute: a program that polls must not cost a write per request.
const verifyStatement = `
  with key as (
    select k.id, k.owner_id, k.scopes, k.creates_per_minute, k.last_used_at, u.role from ${from}
    where k.sha256 = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
      and u.disabled_at is null
  ), used as (
    update api_keys k set last_used_at = now() from key
    where k.id = key.id and (key.last_used_at is null or key.last_used_at < now() - interval '1 minute')
  )
  select id, owner_id as "ownerId", role, scopes, creates_per_minute as "createsPerMinute" from key`;

const newId = () => `key_${randomBytes(12).toString('hex')}`;
const hash = (secret: string) => createHash('sha256').update(secret).digest('hex');
