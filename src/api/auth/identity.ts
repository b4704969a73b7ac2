import { createMiddleware } from 'hono/factory';
import { parse } from 'hono/utils/cookie';
import type { Api, Env, Identity } from '#api/context.ts';
import { ApiError } from '#api/errors.ts';
import type { KeyHolder } from '#store/people/keys.ts';
import type { Person } from './accounts.ts';
import { isOwnPage } from './client.ts';
import { refuseUnlessCreates, roleWithin, scopesOfRole, scopesWithin } from './scopes.ts';

/** All that answers without a session or a key. Whatever is not named here is closed. */
const publicRoutes: ReadonlySet<string> = new Set([
  'POST /api/sign-in',
  'GET /api/first',
  'POST /api/first',
  // With a token of their own.
  'POST /api/join',
  'POST /api/join/look',
  // With a secret of their own.
  'GET /api/cron/poll-sora-status',
  'POST /api/cron/poll-sora-status',
  'POST /api/backup',
]);

const contentPath = /^\/api\/videos\/([^/]+)\/content$/;
/** What everybody may change of their own, a viewer too; each route says who else. */
const ownAccount = /^\/api\/(sign-out|password|sessions|keys)(\/|$)/;
const supabaseCookie = 'sb-access-token';

/** Who asks: an API key, a session, or a signed link on the two routes that one opens. Refuses everybody else. */
export const identify = (api: Api) =>
  createMiddleware<Env>(async (c, next) => {
    const { method, path } = c.req;
    if (publicRoutes.has(`${method} ${path}`)) return next();
    // Signed by the provider, at an address that only it knows.
    if (method === 'POST' && path.startsWith('/api/hooks/')) return next();
    const linked = linkedVideo(api, method, path, c.req.query('video'), c.req.query('token'));
    if (linked) {
      c.set('linkedVideo', linked);
      return next();
    }
    const reads = method === 'GET' || method === 'HEAD';
    const who = await identityOf(api, c.req.raw.headers);
    if (!who) throw unauthorized(path.startsWith('/v1/') ? 'invalid_api_key' : undefined);
    if (who.byCookie && !reads && !isOwnPage(c, api.settings)) {
      throw new ApiError(403, 'cross_site', 'a signed-in browser may only send this from our own pages');
    }
    if (!reads && !ownAccount.test(path)) refuseUnlessCreates(who);
    c.set('who', who);
    return next();
  });

/** Null = nobody that we know. What is sent as Authorization must be right: no session stands in for a wrong one. */
export async function identityOf(api: Api, headers: Headers): Promise<Identity | null> {
  const authorization = headers.get('authorization');
  if (authorization !== null) return bearerOf(api, /^Bearer\s+(\S+)$/i.exec(authorization.trim())?.[1]);
  const session = await api.accounts.session(headers);
  if (session) return personIdentity(session.person, 'session', true);
  const token = api.supabase && parse(headers.get('cookie') ?? '', supabaseCookie)[supabaseCookie];
  const person = token ? await api.supabase?.personOf(token) : null;
  return person ? personIdentity(person, 'supabase', true) : null;
}

async function bearerOf(api: Api, secret: string | undefined): Promise<Identity | null> {
  if (secret === undefined) return null;
  if (/^dk_[A-Za-z0-9_-]{8,200}$/.test(secret)) {
    const key = await api.keys.verify(secret);
    return key && keyIdentity(key);
  }
  const person = await api.supabase?.personOf(secret);
  return person ? personIdentity(person, 'supabase', false) : null;
}

/** A key works for its owner alone, also an admin's, unless it was given the scope `admin`. */
function keyIdentity({ id, ownerId, role, scopes: given, createsPerMinute }: KeyHolder): Identity {
  const scopes = scopesWithin(role, given);
  const actor = { type: 'api_key', id } as const;
  return {
    ownerId,
    role: roleWithin(scopes),
    scopes,
    actor,
    via: 'api_key',
    byCookie: false,
    person: null,
    createsPerMinute,
  };
}

function personIdentity(person: Person, via: 'session' | 'supabase', byCookie: boolean): Identity {
  const { id, role } = person;
  const scopes = scopesOfRole[role];
  return { ownerId: id, role, scopes, actor: { type: 'user', id }, via, byCookie, person, createsPerMinute: null };
}

/** The video that a signed link opens, on the routes that take one. */
export function linkedVideo(
  api: Api,
  method: string,
  path: string,
  video: string | undefined,
  token: string | undefined,
) {
  if (!token || (method !== 'GET' && method !== 'HEAD')) return null;
  const id = path === '/api/events' ? video : contentPath.exec(path)?.[1];
  if (!id || !api.links.verify(id, token, api.system.clock.now())) return null;
  return id;
}

/** Clients of the OpenAI protocol know another code. */
export const unauthorized = (code = 'unauthorized') =>
  new ApiError(401, code, 'sign in, or send an API key as Authorization: Bearer dk_…', null, {
    'www-authenticate': 'Bearer',
  });
