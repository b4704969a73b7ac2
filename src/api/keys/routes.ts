import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { scopesWithin } from '#api/auth/scopes.ts';
import type { Api, Identity } from '#api/context.ts';
import { ApiError, badField } from '#api/errors.ts';
import { createRoutes, json, problems } from '#api/route.ts';
import { mayNameOwner } from '#api/usage/budget.ts';
import type { ApiKey } from '#store/people/keys.ts';
import { type KeyView, keyMadeSchema, keyPostSchema, keysQuerySchema, keysSchema } from './wire.ts';

const list = createRoute({
  method: 'get',
  path: '/keys',
  summary: 'Your API keys, newest first; an admin names another owner, or * for all',
  request: { query: keysQuerySchema },
  responses: { 200: json(keysSchema, 'The keys, without their secrets.'), ...problems },
});
const create = createRoute({
  method: 'post',
  path: '/keys',
  summary: 'Make an API key; its secret is shown this once',
  request: { body: { content: { 'application/json': { schema: keyPostSchema } }, required: true } },
  responses: { 201: json(keyMadeSchema, 'The key and its secret.'), ...problems },
});
const revoke = createRoute({
  method: 'delete',
  path: '/keys/{id}',
  summary: 'Revoke an API key, for good',
  request: { params: z.object({ id: z.string().max(100).meta({ description: 'Id of the key' }) }) },
  responses: { 204: { description: 'It opens nothing any more.' }, ...problems },
});

/** Keys of one's own, for programs. */
export function keyRoutes(api: Api) {
  const { keys } = api;
  const routes = createRoutes();

  routes.openapi(list, async (c) => {
    const { owner } = c.req.valid('query');
    const { who } = c.var;
    mayNameOwner(who, owner);
    const found = await keys.list(owner === '*' ? null : (owner ?? who.ownerId));
    return c.json({ keys: found.map(viewOf) }, 200);
  });

  routes.openapi(create, async (c) => {
    const { who } = c.var;
    refuseProgram(who);
    const { name, scopes: asked = ['read', 'create'], expires_at, creates_per_minute = null } = c.req.valid('json');
    const scopes = scopesWithin(who.role, asked);
    const beyond = asked.find((scope) => !scopes.includes(scope));
    if (beyond) throw badField('scopes', `scopes: your role is ${who.role}, and may not give the scope ${beyond}`);
    const expiresAt = expires_at ? new Date(expires_at) : null;
    if (expiresAt && expiresAt <= api.system.clock.now())
      throw badField('expires_at', 'expires_at must lie in the future');
    if (creates_per_minute !== null && who.role !== 'admin') {
      throw new ApiError(403, 'admins_only', 'only an admin may set the limit of a key', 'creates_per_minute');
    }
    const wish = { ownerId: who.ownerId, name, scopes: [...scopes], expiresAt, createsPerMinute: creates_per_minute };
    const { key, secret } = await keys.create(wish, who.actor);
    return c.json({ key: viewOf(key), secret }, 201);
  });

  routes.openapi(revoke, async (c) => {
    const { who } = c.var;
    refuseProgram(who);
    const revoked = await keys.revoke(c.req.valid('param').id, who.role === 'admin' ? null : who.ownerId, who.actor);
    if (!revoked) throw new ApiError(404, 'not_found', 'there is no such key, or it is revoked already');
    keys.forget();
    return c.body(null, 204);
  });

  return routes;
}

/** A key that leaks must not be able to make others, which would outlive it. */
function refuseProgram({ via, role }: Identity): void {
  if (via !== 'api_key' || role === 'admin') return;
  throw new ApiError(403, 'missing_scope', 'keys are made and revoked by people, or by a key with the scope admin');
}

const viewOf = (key: ApiKey): KeyView => ({
  id: key.id,
  name: key.name,
  prefix: key.prefix,
  owner: { id: key.ownerId, name: key.ownerName },
  scopes: key.scopes,
  creates_per_minute: key.createsPerMinute,
  created_at: key.createdAt.toISOString(),
  expires_at: key.expiresAt?.toISOString() ?? null,
  last_used_at: key.lastUsedAt?.toISOString() ?? null,
  revoked_at: key.revokedAt?.toISOString() ?? null,
  state: key.state,
});
