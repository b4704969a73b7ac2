import { createRoute } from '@hono/zod-openapi';
import { createMiddleware } from 'hono/factory';
import { z } from 'zod';
import type { Api, Env, Identity } from '#api/context.ts';
import { ApiError, badField } from '#api/errors.ts';
import { createRoutes, json, problems } from '#api/route.ts';
import { emptySchema } from '#api/wire.ts';
import type { Endpoint } from '#engine/webhooks.ts';
import { deliveryView, viewOf } from './view.ts';
import {
  deliveriesQuerySchema,
  deliveriesSchema,
  deliverySchema,
  webhookPatchSchema,
  webhookPostSchema,
  webhookRotateSchema,
  webhookSchema,
  webhookSecretSchema,
  webhooksSchema,
} from './wire.ts';

const mostEndpoints = 20;
const pageSize = 50;
const dayMs = 86_400_000;
const tests = { name: 'webhook-test', points: 6, windowMs: 60_000 };

const params = z.object({ id: z.string().max(100).meta({ description: 'Id of the webhook', example: 'whe_1f…' }) });
const body = <S extends z.ZodType>(schema: S) => ({
  content: { 'application/json': { schema } },
  required: true as const,
});
const path = '/webhooks';
const one = '/webhooks/{id}';
const list = createRoute({
  method: 'get',
  path,
  summary: 'Your webhooks, oldest first',
  responses: { 200: json(webhooksSchema, 'Without their secrets.'), ...problems },
});
const create = createRoute({
  method: 'post',
  path,
  summary: 'Be told at an address of yours what happens to your videos; the secret is shown this once',
  request: { body: body(webhookPostSchema) },
  responses: { 201: json(webhookSecretSchema, 'The webhook and its secret.'), ...problems },
});
const change = createRoute({
  method: 'patch',
  path: one,
  summary: 'Change what is given',
  request: { params, body: body(webhookPatchSchema) },
  responses: { 200: json(webhookSchema, 'As it is now.'), ...problems },
});
const remove = createRoute({
  method: 'delete',
  path: one,
  summary: 'Be told nothing there any more; its log goes too',
  request: { params },
  responses: { 204: { description: 'It is gone.' }, ...problems },
});
const rotate = createRoute({
  method: 'post',
  path: `${one}/rotate`,
  summary: 'Make a new secret, shown this once; both sign for a day',
  request: { params, body: body(webhookRotateSchema) },
  responses: { 200: json(webhookSecretSchema, 'The webhook and its new secret.'), ...problems },
});
const test = createRoute({
  method: 'post',
  path: `${one}/test`,
  summary: 'Send webhook.test now, once, and say how it went; six a minute at most',
  request: { params, body: body(emptySchema) },
  responses: { 200: json(deliverySchema, 'How it went; it stands in the log too.'), ...problems },
});
const resume = createRoute({
  method: 'post',
  path: `${one}/resume`,
  summary: 'Let a paused webhook go on; what was held is sent',
  request: { params, body: body(emptySchema) },
  responses: { 200: json(webhookSchema, 'As it is now.'), ...problems },
});
const deliveries = createRoute({
  method: 'get',
  path: `${one}/deliveries`,
  summary: 'What was sent in the last thirty days, newest first',
  request: { params, query: deliveriesQuerySchema },
  responses: { 200: json(deliveriesSchema, 'A page; `next` is the `after` of the next one.'), ...problems },
});
const replay = createRoute({
  method: 'post',
  path: `${one}/deliveries/{delivery}/replay`,
  summary: 'Send one once more, under the same webhook-id',
  request: {
    params: params.extend({ delivery: z.string().max(20).meta({ description: 'Id of the delivery' }) }),
    body: body(emptySchema),
  },
  responses: { 200: json(deliverySchema, 'It is sent soon, or held while its webhook is paused.'), ...problems },
});

/** Everybody manages his own; a program needs a key with the scope admin. */
const managersOnly = createMiddleware<Env>(async (c, next) => {
  const { via, scopes } = c.var.who;
  if (via === 'api_key' && !scopes.includes('admin')) {
    throw new ApiError(403, 'missing_scope', 'this API key may not manage webhooks: it lacks the scope admin');
  }
  return next();
});

export function webhookRoutes(api: Api) {
  const { endpoints, send, mayBeTold } = api.webhooks;
  const { clock, random } = api.system;
  const routes = createRoutes();
  routes.use(path, managersOnly);
  routes.use(`${path}/*`, managersOnly);

  function refuseWrong(who: Identity, { url, all }: { url?: string; all?: boolean }): void {
    if (all && who.role !== 'admin') {
      throw new ApiError(403, 'admins_only', 'all: only an admin may be told of the videos of everybody', 'all');
    }
    const refusal = url === undefined ? null : mayBeTold(url);
    if (refusal) throw badField('url', `url ${refusal}`);
  }

  routes.openapi(list, async (c) => {
    const found = await endpoints.list(c.var.who.ownerId);
    return c.json({ webhooks: found.map(viewOf) }, 200);
  });

  routes.openapi(create, async (c) => {
    const { who } = c.var;
    const { url, name = new URL(url).host.slice(0, 100), events, all = false } = c.req.valid('json');
    refuseWrong(who, { url, all });
    const wish = { ownerId: who.ownerId, all, name, url, events: events ?? ['video.completed', 'video.failed'] };
    const made = await endpoints.create({ ...wish, events: [...wish.events] }, mostEndpoints, who.actor);
    if (!made)
      throw new ApiError(409, 'too_many_webhooks', `you have ${mostEndpoints} webhooks already: remove one first`);
    return c.json({ webhook: viewOf(made.endpoint), secret: made.secret }, 201);
  });

  routes.openapi(change, async (c) => {
    const { who } = c.var;
    const asked = c.req.valid('json');
    refuseWrong(who, asked);
    return c.json(viewOf(there(await endpoints.change(c.req.valid('param').id, who.ownerId, asked, who.actor))), 200);
  });

  routes.openapi(remove, async (c) => {
    const { who } = c.var;
    there((await endpoints.remove(c.req.valid('param').id, who.ownerId, who.actor)) || null);
    return c.body(null, 204);
  });

  routes.openapi(rotate, async (c) => {
    const { who } = c.var;
    const keepMs = c.req.valid('json').keep_previous === false ? 0 : dayMs;
    const { endpoint, secret } = there(await endpoints.rotate(c.req.valid('param').id, who.ownerId, keepMs, who.actor));
    return c.json({ webhook: viewOf(endpoint), secret }, 200);
  });

  routes.openapi(test, async (c) => {
    const { who } = c.var;
    const endpoint = there(await endpoints.get(c.req.valid('param').id, who.ownerId));
    const { granted, waitMs } = await api.rateLimits.take(tests, who.ownerId);
    if (!granted) {
      const seconds = String(Math.max(1, Math.ceil(waitMs / 1_000)));
      const message = `tested ${tests.points} times in a minute: try again in ${seconds} s`;
      throw new ApiError(429, 'too_many_tests', message, null, { 'retry-after': seconds });
    }
    return c.json(deliveryView(await tryOut(endpoint)), 200);
  });

  async function tryOut({ id, url }: Endpoint) {
    const at = clock.now();
    const eventId = `evt_${Buffer.from(random(16)).toString('hex')}`;
    const secrets = (await endpoints.secrets(id)) ?? [];
    const tried = await send({ eventId, type: 'webhook.test', videoId: null, data: {}, at, url, secrets });
    return endpoints.recordTest(id, eventId, at, tried);
  }

  routes.openapi(resume, async (c) => {
    const { who } = c.var;
    return c.json(viewOf(there(await endpoints.resume(c.req.valid('param').id, who.ownerId, who.actor))), 200);
  });

  routes.openapi(deliveries, async (c) => {
    const { limit = pageSize, ...asked } = c.req.valid('query');
    const page = { ...asked, limit: limit + 1 };
    const found = there(await endpoints.deliveries(c.req.valid('param').id, c.var.who.ownerId, page));
    const shown = found.slice(0, limit).map(deliveryView);
    return c.json({ deliveries: shown, next: found.length > limit ? (shown.at(-1)?.id ?? null) : null }, 200);
  });

  routes.openapi(replay, async (c) => {
    const { id, delivery } = c.req.valid('param');
    const number = /^[1-9]\d{0,14}$/.test(delivery) ? Number(delivery) : null;
    const again = number && (await endpoints.replay(id, c.var.who.ownerId, number));
    return c.json(deliveryView(there(again || null)), 200);
  });

  return routes;
}

/** Somebody else's and one that does not exist look alike. */
function there<T>(found: T | null): T {
  if (found === null) throw new ApiError(404, 'not_found', 'there is no such webhook');
  return found;
}
