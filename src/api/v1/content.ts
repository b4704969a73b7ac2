import { createRoute } from '@hono/zod-openapi';
import type { Api } from '#api/context.ts';
import { createRoutes, idParams } from '#api/route.ts';
import { answerFile } from '#api/stored-file.ts';
import { assetOf, fileResponses, nameOf } from '#api/videos/content.ts';
import { find } from '#api/videos/videos.ts';
import { contentQuerySchema } from './wire.ts';

const read = createRoute({
  method: 'get',
  path: '/videos/{id}/content',
  tags: ['OpenAI protocol'],
  summary: 'The clip, its thumbnail or its spritesheet; Range and HEAD work',
  request: { params: idParams, query: contentQuerySchema },
  responses: fileResponses,
});

export function contentRoutes(api: Api) {
  const routes = createRoutes();
  routes.openapi(read, async (c): Promise<Response> => {
    const { variant = 'video' } = c.req.valid('query');
    const details = await find(api, c, c.req.valid('param').id);
    const asset = assetOf(details, variant);
    return answerFile(api, c, asset, { name: nameOf(details, asset), download: true });
  });
  return routes;
}
