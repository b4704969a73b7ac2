import { createRoute } from '@hono/zod-openapi';
import type { Api } from './context.ts';
import { createRoutes, json, problems } from './route.ts';
import { modelsSchema } from './wire.ts';

const list = createRoute({
  method: 'get',
  path: '/models',
  summary: 'What can be asked for',
  responses: { 200: json(modelsSchema, 'Models, aliases and the default.'), 401: problems[401] },
});

export function modelRoutes(api: Api) {
  const { catalogue } = api.system;
  const routes = createRoutes();
  routes.openapi(list, (c) => {
    const standard = catalogue.defaultModel();
    const models = catalogue.models().map(({ id, provider, label, free, sizes, seconds, typical }) => ({
      id,
      provider,
      label,
      free,
      sizes,
      seconds,
      typical: { p50_ms: typical.p50, p90_ms: typical.p90 },
      default: id === standard,
    }));
    return c.json({ models, aliases: catalogue.aliases(), default: standard }, 200);
  });
  return routes;
}
