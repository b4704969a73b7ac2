import { createMiddleware } from 'hono/factory';
import type { Api, Env, Identity } from '#api/context.ts';
import { ApiError } from '#api/errors.ts';
import { isOwnPage } from './client.ts';

/** All that answers without a session or a key. Whatever is not named here is closed. */
const publicRoutes: ReadonlySet<string> = new Set([
  'POST /api/sign-in',
  'GET /api/first',
  'POST /api/first',
  // With a secret of their own.
  'GET /api/cron/poll-sora-status',
  'POST /api/cron/poll-sora-status',
]);

const contentPath = /^\/api\/videos\/([^/]+)\/content$/;

/** Who asks: an API key, a session, or a signed link on the two routes that one opens. Refuses everybody else. */
export const identify = (api: Api) =>
  createMiddleware<Env>(async (c, next) => {
    const { method, path } = c.req;
    if (publicRoutes.has(`${method} ${path}`) || method === 'OPTIONS') return next();
    const linked = linkedVideo(api, method, path, c.req.query('video'), c.req.query('token'));
    if (linked) {
      c.set('linkedVideo', linked);
      return next();
    }
    const reads = method === 'GET' || method === 'HEAD';
    const who = await identityOf(api, c.req.raw.headers);
    if (!who) throw unauthorized();
    if (who.via === 'session' && !reads && !isOwnPage(c, api.settings)) {
      throw new ApiError(403, 'cross_site', 'a signed-in browser may only send this from our own pages');
    }
    if (who.role === 'viewer' && !reads && path !== '/api/sign-out') {
      throw new ApiError(403, 'read_only', 'a viewer may look, and change nothing');
    }
    c.set('who', who);
    return next();
  });

/** Null = nobody that we know. A key that is sent must be right: no session stands in for a wrong one. */
export async function identityOf(api: Api, headers: Headers): Promise<Identity | null> {
  const authorization = headers.get('authorization');
  if (authorization !== null) {
    const secret = /^Bearer\s+(dk_[A-Za-z0-9_-]{8,200})$/i.exec(authorization.trim())?.[1];
    const key = secret ? await api.keys.verify(secret) : null;
    return key && { ownerId: key.ownerId, role: key.role, actor: { type: 'api_key', id: key.id }, via: 'api_key' };
  }
  const session = await api.accounts.session(headers);
  if (!session) return null;
  const { id, role } = session.person;
  return { ownerId: id, role, actor: { type: 'user', id }, via: 'session' };
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

export const unauthorized = () =>
  new ApiError(401, 'unauthorized', 'sign in, or send an API key as Authorization: Bearer dk_…', null, {
    'www-authenticate': 'Bearer',
  });
