import { createRoute } from '@hono/zod-openapi';
import type { Api } from '#api/context.ts';
import { createOnce } from '#api/replays.ts';
import { conflict, createRoutes, idParams, json, problems } from '#api/route.ts';
import { remixSchema, videosSchema } from '#api/wire.ts';
import { derive } from '#engine/derive.ts';
import { toMicroUsd } from '#video/money.ts';
import { answerCreated, find } from './videos.ts';

const remix = createRoute({
  method: 'post',
  path: '/videos/{id}/remix',
  summary: 'Make a clip like another one, by another prompt',
  request: {
    params: idParams,
    body: { content: { 'application/json': { schema: remixSchema } }, required: true },
  },
  responses: { 202: json(videosSchema, 'The new clip, alone in its list.'), ...problems, ...conflict },
});

export function remixRoutes(api: Api) {
  const routes = createRoutes();
  routes.openapi(remix, async (c) => {
    const source = await find(api, c, c.req.valid('param').id);
    const body = c.req.valid('json');
    const { ownerId, actor } = c.var.who;
    const wish = {
      ownerId,
      actor,
      operation: 'remix' as const,
      prompt: body.prompt,
      source,
      agreed: { maxMicroUsd: body.max_cost_usd === undefined ? null : toMicroUsd(body.max_cost_usd) },
    };
    const submitted = await createOnce(api, c, body, (once) => derive(api.system, { ...wish, once }));
    return answerCreated(api, c, submitted);
  });
  return routes;
}
