import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '#store/database/database.ts';
import { writeEvent } from '#store/events/write-event.ts';
import type { Role } from '#store/schema/auth.ts';
import type { Actor } from '#video/video.ts';

export type Invite = {
  id: string;
  role: Role;
  /** Null = whoever holds the link names an address. */
  email: string | null;
  createdAt: Date;
  expiresAt: Date;
  /** An invite of somebody who is no admin any more counts as revoked. */
  state: 'open' | 'used' | 'expired' | 'revoked';
};

/** How a second person comes in: by a token that an admin made, once. */
export type Invites = {
  /** Newest first. */
  list(): Promise<Invite[]>;
  /** The token is shown this once; only its hash is kept. */
  create(wish: { role: Role; email: string | null; days: number; by: string }, actor: Actor): Promise<MadeInvite>;
  /** False when there is no open one of this id. */
  revoke(id: string, actor: Actor): Promise<boolean>;
  /** What the token offers; null = nothing (any more). */
  offer(token: string): Promise<Invite | null>;
  /** Uses the invite and makes its person, both or none. `email` counts where the invite names none. */
  accept(
    token: string,
    person: { name: string; email: string | null; passwordHash: string },
  ): Promise<{ id: string } | 'closed' | 'email_missing' | 'email_taken'>;
};
type MadeInvite = { invite: Invite; token: string };

const isOpen = `i.used_at is null and i.revoked_at is null and i.expires_at > now()
  and exists (select 1 from "user" u where u.id = i.created_by and u.role = 'admin' and u.disabled_at is null)`;
const columns = `i.id, i.role, i.email, i.created_at as "createdAt", i.expires_at as "expiresAt",
  case when i.used_at is not null then 'used' when ${isOpen} then 'open'
    when i.revoked_at is null and i.expires_at <= now() then 'expired' else 'revoked' end as state`;

/** Rolls the use of the invite back. */
class Refused extends Error {
  override name = 'Refused';
  readonly reason: 'email_missing' | 'email_taken';
  constructor(reason: 'email_missing' | 'email_taken') {
    super(reason);
    this.reason = reason;
  }
}

export function openInvites(database: Database): Invites {
  return {
    list: () => database.query<Invite>(`select ${columns} from invites i order by i.created_at desc, i.id`),

    create: ({ role, email, days, by }, actor) =>
      database.transaction(async (tx) => {
        const id = `invite_${randomBytes(12).toString('hex')}`;
        const token = randomBytes(32).toString('base64url');
        await tx.query(
          `insert into invites (id, sha256, role, email, created_by, created_at, expires_at)
           values ($1, $2, $3, $4, $5, now(), now() + make_interval(days => $6))`,
          [id, hash(token), role, email?.toLowerCase() ?? null, by, days],
        );
        const [invite] = await tx.query<Invite>(`select ${columns} from invites i where i.id = $1`, [id]);
        if (!invite) throw new Error('the invite was not written');
        await writeEvent(database, tx, { type: 'invited', actor, data: { invite: id, role, email: invite.email } });
        return { invite, token };
      }),

    revoke: (id, actor) =>
      database.transaction(async (tx) => {
        const revoked = await tx.query(
          `update invites i set revoked_at = now() where i.id = $1 and ${isOpen} returning 1 as revoked`,
          [id],
        );
        if (revoked.length === 0) return false;
        await writeEvent(database, tx, { type: 'invite_revoked', actor, data: { invite: id } });
        return true;
      }),

    async offer(token) {
      const [invite] = await database.query<Invite>(
        `select ${columns} from invites i where i.sha256 = $1 and ${isOpen}`,
        [hash(token)],
      );
      return invite ?? null;
    },

    async accept(token, { name, email, passwordHash }) {
      const id = `user_${randomBytes(12).toString('hex')}`;
      try {
        return await database.transaction(async (tx) => {
          const [invite] = await tx.query<{ role: Role; email: string | null }>(
            `update invites i set used_at = now(), used_by = $2 where i.sha256 = $1 and ${isOpen} returning i.role, i.email`,
            [hash(token), id],
          );
          if (!invite) return 'closed';
          const address = invite.email ?? email?.toLowerCase();
          if (!address) throw new Refused('email_missing');
          const made = await tx.query(
            `insert into "user" (id, name, email, role) values ($1, $2, $3, $4)
             on conflict (email) do nothing returning 1 as made`,
            [id, name, address, invite.role],
          );
          if (made.length === 0) throw new Refused('email_taken');
          await tx.query(
            `insert into account (id, account_id, provider_id, user_id, password) values ($1, $2, 'credential', $2, $3)`,
            [`${id}-password`, id, passwordHash],
          );
          const data = { person: id, name, role: invite.role, by: 'invite' };
          await writeEvent(database, tx, { type: 'person_joined', actor: { type: 'user', id }, data });
          return { id };
        });
      } catch (error) {
        if (error instanceof Refused) return error.reason;
        throw error;
      }
    },
  };
}

const hash = (token: string) => createHash('sha256').update(token).digest('hex');
