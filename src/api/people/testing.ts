import { createHash } from 'node:crypto';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { type AuthOptions, createAccounts } from '#api/auth/accounts.ts';
import { rememberKeys } from '#api/auth/known-keys.ts';
import type { Api } from '#api/context.ts';
import type { Database } from '#store/database/database.ts';
import { openInvites } from '#store/people/invites.ts';
import { openKeys } from '#store/people/keys.ts';
import { openPeople } from '#store/people/people.ts';
import { openRateLimits, rateLimitsOn } from '#store/people/rate-limits.ts';
import { signInRows } from '#store/people/sign-in.ts';
import type { Role } from '#store/schema/auth.ts';

type People = Pick<Api, 'accounts' | 'people' | 'invites' | 'keys' | 'rateLimits'>;
type Options = Pick<AuthOptions, 'log'> & { people: [id: string, role: Role][] };

const hash = async (password: string) => createHash('sha256').update(password).digest('hex');
/** Passwords are hashed fast: to guess one is nobody's aim here. */
const about = {
  secret: 'x'.repeat(32),
  appUrl: null,
  passwords: {
    hash,
    verify: async (given: { hash: string; password: string }) => given.hash === (await hash(given.password)),
  },
};

/** People in a database, as the product has them. */
export async function peopleIn(database: Database, { people, log }: Options): Promise<People> {
  for (const [id, role] of people) {
    await database.query(`insert into "user" (id, name, email, role) values ($1, $1, $2, $3)`, [
      id,
      `${id}@example.com`,
      role,
    ]);
  }
  return {
    accounts: createAccounts({
      ...about,
      database: signInRows(database),
      log,
    }),
    people: openPeople(database),
    invites: openInvites(database),
    keys: rememberKeys(openKeys(database)),
    rateLimits: openRateLimits(database),
  };
}

/** For what is about no person: sessions work, and one key of the owner; whoever asks for more needs a database. */
export function peopleInMemory(key: string, { people, log }: Options): People {
  const at = new Date();
  const rows = { user: [] as object[], session: [], account: [], verification: [] };
  for (const [id, role] of people) {
    const email = `${id}@example.com`;
    rows.user.push({ id, name: id, email, emailVerified: true, role, disabledAt: null, createdAt: at, updatedAt: at });
  }
  const holder = {
    id: 'key_1',
    ownerId: 'owner',
    role: 'member' as const,
    scopes: ['read' as const, 'create' as const],
    createsPerMinute: null,
  };
  const missing = () => Promise.reject(new Error('there are no people in memory: give createTestApi a database'));
  return {
    accounts: createAccounts({ ...about, database: memoryAdapter(rows), log }),
    people: { list: missing, change: missing, remove: missing, ofToken: missing },
    invites: { list: missing, create: missing, revoke: missing, offer: missing, accept: missing },
    keys: {
      verify: async (secret) => (secret === key ? holder : null),
      forget() {},
      create: missing,
      ensure: missing,
      list: missing,
      revoke: missing,
    },
    rateLimits: rateLimitsOn((options) => new RateLimiterMemory(options)),
  };
}
