import { createRoute } from '@hono/zod-openapi';
import type { Api } from '#api/context.ts';
import { badField } from '#api/errors.ts';
import { createRoutes, json, problems } from '#api/route.ts';
import { fallbacksSchema } from './wire.ts';

const read = createRoute({
  method: 'get',
  path: '/fallbacks',
  summary: 'Where takes go when their provider has no room or does not answer, and nothing was paid',
  responses: { 200: json(fallbacksSchema, 'As it is now.'), ...problems },
});
const put = createRoute({
  method: 'put',
  path: '/fallbacks',
  summary: 'Replace them; off until somebody switches them on',
  request: { body: { content: { 'application/json': { schema: fallbacksSchema } }, required: true } },
  responses: { 200: json(fallbacksSchema, 'As it is now.'), ...problems },
});

export function fallbackRoutes(api: Api) {
  const { registry, stored, reload } = api.installation;
  const { catalogue } = registry;
  const routes = createRoutes();
  const now = () => registry.stored().fallbacks;

  routes.openapi(read, (c) => c.json(now(), 200));

  routes.openapi(put, async (c) => {
    const asked = c.req.valid('json');
    for (const [from, to] of Object.entries(asked.models)) {
      const param = `models.${from}`;
      // What is stored already may stay while its provider is away.
      const before = now().models[from];
      const unknown = [from, ...to].find((id) => !catalogue.get(id) && !(before && [from, ...before].includes(id)));
      if (unknown !== undefined) throw badField(param, `${JSON.stringify(unknown)} is not offered`);
      const own = catalogue.get(from)?.provider;
      const near = to.find((id) => catalogue.get(id)?.provider === own);
      if (near) throw badField(param, `${near} is of the same provider: a fallback goes to another one`);
    }
    await stored.setFallbacks(asked, c.var.who.actor);
    await reload();
    return c.json(now(), 200);
  });
  return routes;
}
