import { checkJson, checkQuery, imageJsonLimit, isJson } from '#api/body.ts';
import type { Api } from '#api/context.ts';
import { createRoutes } from '#api/route.ts';
import { characterRoutes } from './characters.ts';
import { contentRoutes } from './content.ts';
import { derivedRoutes } from './derived.ts';
import { fileRoutes } from './files.ts';
import { modelRoutes } from './models.ts';
import { videoRoutes } from './videos.ts';

/** `/v1`: what a client of OpenAI's Videos API asks for, answered as it expects. */
export function v1Routes(api: Api) {
  const app = createRoutes();

  app.use(async (c, next) => {
    const startedAtMs = performance.now();
    await next();
    c.header('openai-processing-ms', String(Math.ceil(performance.now() - startedAtMs)));
  });
  app.use(checkQuery);
  app.use(async (c, next) => {
    const { method } = c.req;
    const isForm = /^multipart\/form-data\b/i.test(c.req.header('content-type') ?? '');
    if (method === 'GET' || method === 'HEAD' || isForm) return next();
    return imageJsonLimit(c, async () => {
      if (isJson(c.req.header('content-type'))) await checkJson(c, next);
      else await next();
    });
  });

  // edits, extensions and characters come before an id.
  for (const routes of [derivedRoutes, characterRoutes, videoRoutes, contentRoutes, modelRoutes, fileRoutes]) {
    app.route('/', routes(api));
  }
  return app;
}
