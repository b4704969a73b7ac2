import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { adminId } from '#api/auth/accounts.ts';
import { setCookies } from '#api/auth/cookies.ts';
import { limitTries, triesByPerson } from '#api/auth/tries.ts';
import type { Api, Identity } from '#api/context.ts';
import { ApiError, badField } from '#api/errors.ts';
import { createRoutes, json, problems } from '#api/route.ts';
import { passwordPostSchema, sessionsSchema } from './wire.ts';

const list = createRoute({
  method: 'get',
  path: '/sessions',
  summary: 'Where you are signed in',
  responses: { 200: json(sessionsSchema, 'Newest first.'), ...problems },
});
const endOthers = createRoute({
  method: 'delete',
  path: '/sessions',
  summary: 'Sign out everywhere else',
  responses: { 204: { description: 'Only this session is left.' }, ...problems },
});
const end = createRoute({
  method: 'delete',
  path: '/sessions/{id}',
  summary: 'End one of your sessions',
  request: { params: z.object({ id: z.string().max(100).meta({ description: 'Id of the session' }) }) },
  responses: { 204: { description: 'It opens nothing any more.' }, ...problems },
});
const password = createRoute({
  method: 'post',
  path: '/password',
  summary: 'Change your password; all other sessions end',
  request: { body: { content: { 'application/json': { schema: passwordPostSchema } }, required: true } },
  responses: { 204: { description: 'Changed; the session cookie is a new one.' }, ...problems },
});

/** What people change of their own: never a program with a key. */
export function ownAccountRoutes(api: Api) {
  const { accounts } = api;
  const routes = createRoutes();

  routes.openapi(list, async (c) => {
    refuseWithoutSession(c.var.who);
    const sessions = await accounts.sessions(c.req.raw.headers);
    const views = sessions.map(({ id, createdAt, lastSeenAt, expiresAt, address, userAgent, current }) => ({
      id,
      created_at: createdAt.toISOString(),
      last_seen_at: lastSeenAt.toISOString(),
      expires_at: expiresAt.toISOString(),
      address,
      user_agent: userAgent,
      current,
    }));
    return c.json({ sessions: views }, 200);
  });

  routes.openapi(endOthers, async (c) => {
    refuseWithoutSession(c.var.who);
    await accounts.endSessions(c.req.raw.headers, null);
    return c.body(null, 204);
  });

  routes.openapi(end, async (c) => {
    refuseWithoutSession(c.var.who);
    if ((await accounts.endSessions(c.req.raw.headers, c.req.valid('param').id)) === 0) {
      throw new ApiError(404, 'not_found', 'there is no such session');
    }
    return c.body(null, 204);
  });

  routes.openapi(password, async (c) => {
    const { who } = c.var;
    refuseWithoutSession(who);
    const { headers } = c.req.raw;
    const { current, password, email } = c.req.valid('json');
    if (who.ownerId === adminId && !(await accounts.admin())?.hasPassword) {
      if (!email) throw badField('email', 'email is required: it is what you sign in with');
      await accounts.makeAdmin({ email, password });
      await accounts.endSessions(headers, null);
      return c.body(null, 204);
    }
    if (current === undefined) throw badField('current', 'current is required: the password as it is now');
    const changed = await limitTries(api, [[triesByPerson, who.ownerId]], () =>
      accounts.changePassword(headers, { current, password }),
    );
    if (changed === 'no_password')
      throw new ApiError(409, 'no_password', 'you sign in elsewhere, without a password here');
    if (changed === 'wrong') throw new ApiError(403, 'wrong_password', 'the password is not right', 'current');
    setCookies(c, changed);
    return c.body(null, 204);
  });

  return routes;
}

function refuseWithoutSession({ via }: Identity): void {
  if (via === 'session') return;
  throw new ApiError(403, 'people_only', 'this is for people who signed in here, not for keys and tokens');
}
