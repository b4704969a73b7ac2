import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { Api } from '#api/context.ts';
import { ApiError } from '#api/errors.ts';
import { createRoutes, json, problems } from '#api/route.ts';
import { modelSchema, modelsSchema } from './wire.ts';

const tags = ['OpenAI protocol'];

const list = createRoute({
  method: 'get',
  path: '/models',
  tags,
  summary: 'What can be asked for, with the names that stand for something else',
  responses: { 200: json(modelsSchema, 'The models.'), 401: problems[401] },
});
const read = createRoute({
  method: 'get',
  // An id has a slash of its own.
  path: '/models/{id}',
  tags,
  summary: 'One model',
  request: { params: z.object({ id: z.string().meta({ description: 'Id of the model, or an alias' }) }) },
  responses: { 200: json(modelSchema, 'The model.'), ...problems },
});

export function modelRoutes({ system: { catalogue } }: Api) {
  const routes = createRoutes();
  for (const route of [list, read]) routes.openAPIRegistry.registerPath(route);

  const names = () => {
    const own = catalogue.models().map(({ id, provider }) => ({ id, owned_by: provider }));
    const aliases = Object.entries(catalogue.aliases()).map(([id, model]) => ({
      id,
      owned_by: catalogue.get(model)?.provider ?? 'dailies',
    }));
    return [...own, ...aliases].map((one) => ({ ...one, object: 'model' as const, created: 0 }));
  };

  routes.get('/models', (c) => c.json({ object: 'list' as const, data: names() }));
  routes.get('/models/:id{.+}', (c) => {
    const id = c.req.param('id');
    const model = names().find((one) => one.id === id);
    if (!model)
      throw new ApiError(404, 'model_not_found', `there is no model ${JSON.stringify(id.slice(0, 200))}`, 'model');
    return c.json(model);
  });
  return routes;
}
