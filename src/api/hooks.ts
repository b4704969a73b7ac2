import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { receiveCall } from '#engine/receive-call.ts';
import { limitBody } from './body.ts';
import type { Api } from './context.ts';
import { ApiError } from './errors.ts';
import { createRoutes, problems } from './route.ts';

const mostBytes = 1_000_000;

const call = createRoute({
  method: 'post',
  path: '/hooks/{provider}/{token}',
  summary: 'A provider says that a job has ended: only a hint to look, verified by its signature',
  security: [],
  request: { params: z.object({ provider: z.string(), token: z.string() }) },
  responses: {
    204: { description: 'Verified; the same call again changes nothing.' },
    401: problems[401],
    404: problems[404],
    413: { description: `More than ${mostBytes} bytes.` },
  },
});

/** Where providers call. The token in the path is made for one attempt, and the signature is over the raw bytes. */
export function hookRoutes(api: Api) {
  const routes = createRoutes();
  routes.use(
    '/hooks/*',
    limitBody(
      mostBytes,
      () => new ApiError(413, 'body_too_large', `a call may have at most ${mostBytes} bytes`, 'body'),
    ),
  );
  routes.openapi(call, async (c) => {
    const { provider, token } = c.req.valid('param');
    const body = new Uint8Array(await c.req.arrayBuffer());
    switch (await receiveCall(api.system, provider, token, { headers: c.req.raw.headers, body })) {
      case 'unknown':
        throw new ApiError(404, 'unknown_route', 'nobody is called here');
      case 'unverified':
        throw new ApiError(401, 'unverified', 'the signature is missing, wrong or too old');
      case 'taken':
        api.wake?.();
        return c.body(null, 204);
    }
  });
  return routes;
}
