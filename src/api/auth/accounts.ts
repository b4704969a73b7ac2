import type { BetterAuthOptions, BetterAuthPlugin } from 'better-auth';
import { betterAuth } from 'better-auth';
import { createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { z } from 'zod';
import type { Role } from '#api/context.ts';
import type { Log } from '#engine/system.ts';

export type Person = { id: string; name: string; email: string; role: Role };
/** `cookies` are Set-Cookie values for the answer. */
export type SignedIn = { person: Person; cookies: string[] };

/** People and their sessions. Better Auth does the work; none of its own routes can be reached from outside. */
export type Accounts = {
  /** Null without a valid session. With `renew` a session in use lives on, and `cookies` carries it. */
  session(headers: Headers, renew?: boolean): Promise<SignedIn | null>;
  signIn(email: string, password: string, client: string): Promise<SignedIn | 'wrong' | { waitSeconds: number }>;
  signOut(headers: Headers): Promise<string[]>;
  /** The one admin of a new installation; null until it was made. */
  admin(): Promise<{ person: Person; hasPassword: boolean } | null>;
  /** Makes the admin where there is none, and gives it a password where it has none; `taken` = it has one. */
  makeAdmin(wish: { email: string; password: string } | null): Promise<'made' | 'taken'>;
  /** A session without a password, for whoever holds the one-time link. */
  openSession(personId: string): Promise<SignedIn>;
};

/** Fixed, so that two processes cannot make two admins, and its API key can exist before its first sign-in. */
export const adminId = 'admin';
const adminPasswordId = 'admin-password';
const clientHeader = 'x-dailies-client';
const basePath = '/api/auth';

export type AuthOptions = {
  database: BetterAuthOptions['database'];
  secret: string;
  /** The public origin; null = reached by whatever name. */
  appUrl: string | null;
  log: Log;
};

const linkSession = {
  id: 'link-session',
  endpoints: {
    openSession: createAuthEndpoint.serverOnly(
      { method: 'POST', body: z.object({ userId: z.string() }) },
      async (context) => {
        const { internalAdapter } = context.context;
        const user = await internalAdapter.findUserById(context.body.userId);
        if (!user) throw new Error('no session for a person who does not exist');
        const session = await internalAdapter.createSession(user.id);
        await setSessionCookie(context, { session, user });
        return context.json({ user });
      },
    ),
  },
} satisfies BetterAuthPlugin;

/** Origins are checked by our own routes before a request comes here, so Better Auth sees one constant origin. */
export function createAccounts({ database, secret, appUrl, log }: AuthOptions): Accounts {
  const baseURL = appUrl ?? 'http://127.0.0.1';
  const auth = betterAuth({
    appName: 'Dailies',
    baseURL,
    basePath,
    secret,
    database,
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 8, maxPasswordLength: 128 },
    session: { expiresIn: 30 * 86_400, updateAge: 86_400 },
    user: { additionalFields: { role: { type: 'string', input: false, required: true, defaultValue: 'member' } } },
    rateLimit: { enabled: true, window: 60, max: 100, customRules: { '/sign-in/email': { window: 60, max: 5 } } },
    advanced: {
      cookiePrefix: 'dailies',
      // On a plain http address (a LAN, loopback) a Secure cookie would never come back.
      useSecureCookies: baseURL.startsWith('https://'),
      ipAddress: { ipAddressHeaders: [clientHeader] },
    },
    telemetry: { enabled: false },
    logger: {
      level: 'warn',
      log: (level, message) => (level === 'error' ? log.error : log.warn)({}, `auth: ${message}`),
    },
    plugins: [linkSession],
  });

  /** Through the handler, since only there Better Auth counts tries. */
  const ask = (path: string, client: string, body: object, cookie: string | null) =>
    auth.handler(
      new Request(`${baseURL}${basePath}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          origin: baseURL,
          [clientHeader]: client,
          ...(cookie ? { cookie } : {}),
        },
        body: JSON.stringify(body),
      }),
    );

  return {
    async session(headers, renew = false) {
      if (!headers.get('cookie')) return null;
      const { headers: out, response } = await auth.api.getSession({
        headers,
        query: { disableRefresh: !renew },
        returnHeaders: true,
      });
      return response && { person: personOf(response.user), cookies: out.getSetCookie() };
    },

    async signIn(email, password, client) {
      const answer = await ask('/sign-in/email', client, { email, password }, null);
      if (answer.status === 429) return { waitSeconds: Number(answer.headers.get('x-retry-after') ?? 60) };
      if (!answer.ok) return 'wrong';
      const { user } = (await answer.json()) as { user: UserRow };
      return { person: personOf(user), cookies: answer.headers.getSetCookie() };
    },

    async signOut(headers) {
      const answer = await ask('/sign-out', '127.0.0.1', {}, headers.get('cookie'));
      return answer.headers.getSetCookie();
    },

    async admin() {
      const { internalAdapter } = await auth.$context;
      const user = await internalAdapter.findUserById(adminId);
      if (!user) return null;
      const logins = await internalAdapter.findAccounts(adminId);
      return { person: personOf(user), hasPassword: logins.some((login) => login.providerId === 'credential') };
    },

    async makeAdmin(wish) {
      const { adapter, internalAdapter, password } = await auth.$context;
      const existing = await this.admin();
      if (existing?.hasPassword) return 'taken';
      const email = wish?.email.toLowerCase() ?? 'admin@localhost';
      const at = { createdAt: new Date(), updatedAt: new Date() };
      if (!existing) {
        const data = { id: adminId, name: 'Admin', email, emailVerified: true, role: 'admin', ...at };
        const lost = await conflict(
          () => adapter.create({ model: 'user', data, forceAllowId: true }),
          () => this.admin(),
        );
        if (lost && !wish) return 'made';
      }
      if (!wish) return 'made';
      const login = {
        id: adminPasswordId,
        userId: adminId,
        accountId: adminId,
        providerId: 'credential',
        password: await password.hash(wish.password),
        ...at,
      };
      const taken = await conflict(
        () => adapter.create({ model: 'account', data: login, forceAllowId: true }),
        async () => (await this.admin())?.hasPassword,
      );
      if (taken) return 'taken';
      await internalAdapter.updateUser(adminId, { email });
      return 'made';
    },

    async openSession(personId) {
      const { headers, response } = await auth.api.openSession({ body: { userId: personId }, returnHeaders: true });
      return { person: personOf(response.user), cookies: headers.getSetCookie() };
    },
  };
}

/** Inserts under a fixed id; true where another process was first, as `exists` confirms. */
async function conflict(insert: () => Promise<unknown>, exists: () => Promise<unknown>): Promise<boolean> {
  try {
    await insert();
    return false;
  } catch (error) {
    if (await exists()) return true;
    throw error;
  }
}

type UserRow = { id: string; name: string; email: string; role?: unknown };

function personOf(user: UserRow): Person {
  const role = z.enum(['admin', 'member', 'viewer']).catch('viewer').parse(user.role);
  return { id: user.id, name: user.name, email: user.email, role };
}
