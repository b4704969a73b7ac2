import { createRoute } from '@hono/zod-openapi';
import type { Api } from './context.ts';
import { ApiError } from './errors.ts';
import { createRoutes, json, problems } from './route.ts';
import { backupSchema } from './wire.ts';

const take = createRoute({
  method: 'post',
  path: '/backup',
  summary: 'Write every row into the data directory: for `npm run backup` beside a running server, with its own token',
  security: [],
  responses: { 200: json(backupSchema, 'Where the rows lie, and what they are.'), 401: problems[401] },
});

/** The embedded database belongs to this process alone: whoever else wants its rows has to ask. */
export function backupRoutes(api: Api) {
  const routes = createRoutes();
  routes.openapi(take, async (c) => {
    const token = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1];
    if (!token || !api.backup.opens(token))
      throw new ApiError(401, 'unauthorized', 'npm run backup makes its own token');
    return c.json(await api.backup.take(), 200);
  });
  return routes;
}
