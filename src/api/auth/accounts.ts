import type { BetterAuthOptions, BetterAuthPlugin } from 'better-auth';
import { createAuthEndpoint, isAPIError } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { betterAuth } from 'better-auth/minimal';
import { z } from 'zod';
import type { Role } from '#api/context.ts';
import type { Log } from '#engine/system.ts';
import { StoreAway } from '#video/errors/store-away.ts';

export type Person = { id: string; name: string; email: string; role: Role };
/** `cookies` are Set-Cookie values for the answer. */
export type SignedIn = { person: Person; cookies: string[] };
/** Where a session comes from, to tell it from others. */
export type Client = { address: string; userAgent: string | null };
export type OwnSession = {
  id: string;
  createdAt: Date;
  /** Exact to a day. */
  lastSeenAt: Date;
  expiresAt: Date;
  address: string | null;
  userAgent: string | null;
  /** The one that asks. */
  current: boolean;
};

/** People and their sessions. Better Auth does the work; none of its own routes can be reached from outside. */
export type Accounts = {
  /** Null without a valid session. With `renew` a session in use lives on, and `cookies` carries it. */
  session(headers: Headers, renew?: boolean): Promise<SignedIn | null>;
  /** A session that the browser had before ends. */
  signIn(email: string, password: string, client: Client, headers: Headers): Promise<SignedIn | 'wrong'>;
  signOut(headers: Headers): Promise<string[]>;
  /** The one admin of a new installation; null until it was made. */
  admin(): Promise<{ person: Person; hasPassword: boolean; disabled: boolean } | null>;
  /** Makes the admin where there is none, and gives it a password where it has none; `taken` = it has one. */
  makeAdmin(wish: { email: string; password: string } | null): Promise<'made' | 'taken'>;
  /** A session without a password, for whoever holds the one-time link or was just invited. */
  openSession(personId: string, client?: Client): Promise<SignedIn>;
  /** Newest first. */
  sessions(headers: Headers): Promise<OwnSession[]>;
  /** Ends one of the person's own; null = all but the one that asks. How many. */
  endSessions(headers: Headers, id: string | null): Promise<number>;
  hashPassword(password: string): Promise<string>;
  /** All other sessions end, and this one gets a new id; its cookies. */
  changePassword(
    headers: Headers,
    change: { current: string; password: string },
  ): Promise<string[] | 'wrong' | 'no_password'>;
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
  /** Better Auth's scrypt, which takes a while on purpose, where a test does not bring something faster. */
  passwords?: NonNullable<BetterAuthOptions['emailAndPassword']>['password'];
};

const linkSession = {
  id: 'link-session',
  endpoints: {
    openSession: createAuthEndpoint.serverOnly(
      {
        method: 'POST',
        body: z.object({ userId: z.string(), address: z.string().nullable(), userAgent: z.string().nullable() }),
      },
      async (context) => {
        const { internalAdapter } = context.context;
        const { userId, address, userAgent } = context.body;
        const user = await internalAdapter.findUserById(userId);
        if (!user || isDisabled(user)) throw new Error('no session for a person who may not come in');
        const session = await internalAdapter.createSession(user.id, false, { ipAddress: address, userAgent });
        await setSessionCookie(context, { session, user });
        return context.json({ user });
      },
    ),
  },
} satisfies BetterAuthPlugin;

/** Origins are checked by our own routes before a request comes here, so Better Auth sees one constant origin. */
export function createAccounts({ database, secret, appUrl, log, passwords }: AuthOptions): Accounts {
  const baseURL = appUrl ?? 'http://127.0.0.1';
  const auth = betterAuth({
    appName: 'Dailies',
    baseURL,
    basePath,
    secret,
    database,
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: 8,
      maxPasswordLength: 128,
      ...(passwords && { password: passwords }),
    },
    session: { expiresIn: 30 * 86_400, updateAge: 86_400 },
    user: {
      additionalFields: {
        role: { type: 'string', input: false, required: true, defaultValue: 'member' },
        disabledAt: { type: 'date', input: false, required: false },
      },
    },
    // Our own limits hold over all processes.
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix: 'dailies',
      // On a plain http address (a LAN, loopback) a Secure cookie would never come back.
      useSecureCookies: baseURL.startsWith('https://'),
      ipAddress: { ipAddressHeaders: [clientHeader] },
    },
    telemetry: { enabled: false },
    // A refusal, as of a wrong password, is answered, and is nothing to log.
    onAPIError: {
      onError(err) {
        if (!isAPIError(err) || err.status === 'INTERNAL_SERVER_ERROR') log.error({ err }, 'auth: a request failed');
      },
    },
    logger: {
      level: 'warn',
      log: (level, message, ...details) => tell(log, level, message, details),
    },
    plugins: [linkSession],
  });

  async function ask(path: string, client: Client | null, body: object, cookie: string | null): Promise<Response> {
    const request = new Request(`${baseURL}${basePath}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: baseURL,
        [clientHeader]: client?.address ?? '127.0.0.1',
        ...(client?.userAgent ? { 'user-agent': client.userAgent } : {}),
        ...(cookie ? { cookie } : {}),
      },
      body: JSON.stringify(body),
    });
    const answer = await auth.handler(request);
    if (answer.status === 503) throw new StoreAway('the database does not answer');
    if (answer.status >= 500) throw new Error(`sign-in answers ${answer.status} to ${path}`);
    return answer;
  }

  return {
    async session(headers, renew = false) {
      if (!headers.get('cookie')) return null;
      const { headers: out, response } = await auth.api.getSession({
        headers,
        query: { disableRefresh: !renew },
        returnHeaders: true,
      });
      if (!response || isDisabled(response.user)) return null;
      return { person: personOf(response.user), cookies: out.getSetCookie() };
    },

    async signIn(email, password, client, headers) {
      const answer = await ask('/sign-in/email', client, { email, password }, null);
      if (!answer.ok) return 'wrong';
      const { token, user } = (await answer.json()) as { token: string; user: UserRow };
      const { internalAdapter } = await auth.$context;
      if (isDisabled((await internalAdapter.findUserById(user.id)) ?? {})) {
        await internalAdapter.deleteSession(token);
        return 'wrong';
      }
      if (headers.get('cookie')) await this.signOut(headers);
      return { person: personOf(user), cookies: answer.headers.getSetCookie() };
    },

    async signOut(headers) {
      const answer = await ask('/sign-out', null, {}, headers.get('cookie'));
      return answer.headers.getSetCookie();
    },

    async sessions(headers) {
      const current = await auth.api.getSession({ headers, query: { disableRefresh: true } });
      if (!current) return [];
      const { internalAdapter } = await auth.$context;
      const rows = await internalAdapter.listSessions(current.user.id);
      return rows
        .map(({ id, createdAt, updatedAt, expiresAt, ipAddress, userAgent }) => ({
          id,
          createdAt,
          lastSeenAt: updatedAt,
          expiresAt,
          address: ipAddress || null,
          userAgent: userAgent || null,
          current: id === current.session.id,
        }))
        .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
    },

    async endSessions(headers, id) {
      const current = await auth.api.getSession({ headers, query: { disableRefresh: true } });
      if (!current) return 0;
      const { internalAdapter } = await auth.$context;
      const rows = await internalAdapter.listSessions(current.user.id);
      const ended = rows.filter((row) => (id === null ? row.id !== current.session.id : row.id === id));
      for (const { token } of ended) await internalAdapter.deleteSession(token);
      return ended.length;
    },

    async hashPassword(text) {
      const { password } = await auth.$context;
      return password.hash(text);
    },

    async changePassword(headers, { current, password }) {
      const body = { currentPassword: current, newPassword: password, revokeOtherSessions: true };
      const client = { address: '127.0.0.1', userAgent: headers.get('user-agent') };
      const answer = await ask('/change-password', client, body, headers.get('cookie'));
      if (answer.ok) return answer.headers.getSetCookie();
      const { code } = (await answer.json()) as { code?: string };
      return code === 'CREDENTIAL_ACCOUNT_NOT_FOUND' ? 'no_password' : 'wrong';
    },

    async admin() {
      const { internalAdapter } = await auth.$context;
      const user = await internalAdapter.findUserById(adminId);
      if (!user) return null;
      const logins = await internalAdapter.findAccounts(adminId);
      const hasPassword = logins.some((login) => login.providerId === 'credential');
      return { person: personOf(user), hasPassword, disabled: isDisabled(user) };
    },

    async makeAdmin(wish) {
      const { adapter, internalAdapter, password } = await auth.$context;
      const existing = await this.admin();
      if (existing?.hasPassword || existing?.disabled) return 'taken';
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

    async openSession(userId, { address, userAgent } = { address: '', userAgent: null }) {
      const body = { userId, address: address || null, userAgent };
      const { headers, response } = await auth.api.openSession({ body, returnHeaders: true });
      return { person: personOf(response.user), cookies: headers.getSetCookie() };
    },
  };
}

function tell(log: Log, level: string, message: string, details: unknown[]): void {
  const err = details.find((detail) => detail instanceof Error);
  if (level === 'error') log.error({ err }, `auth: ${message}`);
  else log.warn({ err }, `auth: ${message}`);
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

const isDisabled = (user: object): boolean => 'disabledAt' in user && Boolean(user.disabledAt);

function personOf(user: UserRow): Person {
  const role = z.enum(['admin', 'member', 'viewer']).catch('viewer').parse(user.role);
  return { id: user.id, name: user.name, email: user.email, role };
}
