import { randomBytes } from 'node:crypto';
import type { Database, Queryable } from '#store/database/database.ts';
import { writeEvent } from '#store/events/write-event.ts';
import type { Role } from '#store/schema/auth.ts';
import type { Actor } from '#video/video.ts';

export type Person = {
  id: string;
  name: string;
  email: string;
  role: Role;
  createdAt: Date;
  /** May not come in since then. */
  disabledAt: Date | null;
  /** When a session was last renewed: exact to a day. */
  lastSeenAt: Date | null;
  signsInBy: 'password' | 'supabase' | 'link';
};

/** Who is there, and what they may. Better Auth keeps their passwords and sessions in the same tables. */
export type People = {
  /** Oldest first, without those who were removed. */
  list(): Promise<Person[]>;
  /** Who is disabled loses their sessions with it. Null = there is nobody of this id. */
  change(id: string, wish: PersonChange, actor: Actor): Promise<Person | 'last_admin' | null>;
  /** Sessions, keys and the e-mail address go; videos, events and the name stay. */
  remove(id: string, actor: Actor): Promise<'removed' | 'last_admin' | null>;
  /** The person of a token that was verified: made as a member at first sight where `join` allows it. Null = may not come in. */
  ofToken(
    claims: { id: string; email: string; name: string },
    join: boolean,
  ): Promise<{ id: string; role: Role } | null>;
};
export type PersonChange = { role?: Role; disabled?: boolean };

const columns = `u.id, u.name, u.email, u.role, u.created_at as "createdAt", u.disabled_at as "disabledAt",
  (select max(s.updated_at) from session s where s.user_id = u.id) as "lastSeenAt",
  coalesce((select case a.provider_id when 'credential' then 'password' else 'supabase' end
    from account a where a.user_id = u.id order by a.provider_id limit 1), 'link') as "signsInBy"`;

export function openPeople(database: Database): People {
  /** Two admins who take each other's role at once must not both succeed: one at a time counts who is left. */
  function oneAtATime<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return database.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${database.schema} people`]);
      return work(tx);
    });
  }

  async function read(tx: Queryable, id: string): Promise<Person | null> {
    const [person] = await tx.query<Person>(
      `select ${columns} from "user" u where u.id = $1 and u.removed_at is null`,
      [id],
    );
    return person ?? null;
  }

  async function isLastAdmin(tx: Queryable, { id, role, disabledAt }: Person): Promise<boolean> {
    if (role !== 'admin' || disabledAt) return false;
    const others = await tx.query(
      `select 1 from "user" where role = 'admin' and disabled_at is null and id <> $1 limit 1`,
      [id],
    );
    return others.length === 0;
  }

  return {
    list: () =>
      database.query<Person>(`select ${columns} from "user" u where u.removed_at is null order by u.created_at, u.id`),

    change: (id, wish, actor) =>
      oneAtATime(async (tx) => {
        const person = await read(tx, id);
        if (!person) return null;
        const { role = person.role, disabled = person.disabledAt !== null } = wish;
        if ((role !== 'admin' || disabled) && (await isLastAdmin(tx, person))) return 'last_admin';
        await tx.query(
          `update "user" set role = $2, updated_at = now(),
             disabled_at = case when $3 then coalesce(disabled_at, now()) end where id = $1`,
          [id, role, disabled],
        );
        if (disabled) await tx.query('delete from session where user_id = $1', [id]);
        const about = { person: id, name: person.name };
        if (role !== person.role)
          await writeEvent(database, tx, { type: 'role_changed', actor, data: { ...about, role } });
        if (disabled !== (person.disabledAt !== null)) {
          const type = disabled ? 'person_disabled' : 'person_enabled';
          await writeEvent(database, tx, { type, actor, data: about });
        }
        return read(tx, id);
      }),

    remove: (id, actor) =>
      oneAtATime(async (tx) => {
        const person = await read(tx, id);
        if (!person) return null;
        if (await isLastAdmin(tx, person)) return 'last_admin';
        for (const table of ['session', 'account']) await tx.query(`delete from ${table} where user_id = $1`, [id]);
        await tx.query('delete from api_keys where owner_id = $1', [id]);
        await tx.query(
          `update "user" set email = $2, role = 'viewer', updated_at = now(), removed_at = now(),
             disabled_at = coalesce(disabled_at, now()) where id = $1`,
          [id, `${randomBytes(12).toString('hex')}@removed.invalid`],
        );
        await writeEvent(database, tx, {
          type: 'person_removed',
          actor,
          data: { person: id, name: person.name },
        });
        return 'removed';
      }),

    async ofToken({ id, email, name }, join) {
      const known = async () => {
        const [found] = await database.query<{ id: string; role: Role; disabled: boolean }>(
          `select id, role, disabled_at is not null as disabled from "user" where id = $1`,
          [id],
        );
        return found;
      };
      let found = await known();
      if (!found && join) {
        await database.transaction((tx) => addFromToken(database, tx, { id, email, name }));
        found = await known();
      }
      return found && !found.disabled ? { id: found.id, role: found.role } : null;
    },
  };
}

/** An address that somebody here has already is theirs: it is no proof of who this is. */
async function addFromToken(
  database: Database,
  tx: Queryable,
  { id, email, name }: { id: string; email: string; name: string },
): Promise<void> {
  const made = await tx.query(
    `insert into "user" (id, name, email, role)
     values ($1, $2, case when exists (select 1 from "user" where email = $3) then $4 else $3 end, 'member')
     on conflict do nothing returning 1 as made`,
    [id, name, email, `${id}@supabase.invalid`],
  );
  if (made.length === 0) return;
  await tx.query(
    `insert into account (id, account_id, provider_id, user_id) values ($1, $2, 'supabase', $2) on conflict do nothing`,
    [`supabase-${id}`, id],
  );
  const actor: Actor = { type: 'user', id };
  await writeEvent(database, tx, { type: 'person_joined', actor, data: { person: id, name, by: 'supabase' } });
}
