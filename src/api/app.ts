import { OpenAPIHono } from '@hono/zod-openapi';
import { cors } from 'hono/cors';
import { adminRoutes } from '#api/admin/routes.ts';
import { identify } from '#api/auth/identity.ts';
import { sessionRoutes } from '#api/auth/session.ts';
import { eventRoutes } from '#api/live/events.ts';
import { checkRoutes } from '#api/videos/check-now.ts';
import { commandRoutes } from '#api/videos/commands.ts';
import { contentRoutes } from '#api/videos/content.ts';
import { statusRoutes } from '#api/videos/status.ts';
import { videoRoutes } from '#api/videos/videos.ts';
import { checkJson, checkQuery, jsonLimit } from './body.ts';
import type { Api, Env } from './context.ts';
import { cronRoutes } from './cron.ts';
import { ApiError, answerError } from './errors.ts';
import { fileRoutes } from './files.ts';
import { healthRoutes } from './health.ts';
import { modelRoutes } from './models.ts';

/** The whole API as one function from Request to Response. */
export function createApp(api: Api) {
  const { log, random } = api.system;
  const app = new OpenAPIHono<Env>();

  app.use(async (c, next) => {
    c.set('requestId', `req_${Buffer.from(random(12)).toString('hex')}`);
    c.set('log', log);
    await next();
    c.header('x-request-id', c.var.requestId);
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
    c.header('x-content-type-options', 'nosniff');
  });
  app.onError(answerError);
  app.notFound((c) => answerError(new ApiError(404, 'unknown_route', `there is no ${c.req.method} ${c.req.path}`), c));

  app.route('/', healthRoutes(api));
  if (api.settings.allowedOrigins.length > 0) {
    // Without credentials: other sites come with a key, never with somebody's cookie.
    app.use('/api/*', cors({ origin: api.settings.allowedOrigins, exposeHeaders: ['x-request-id'], maxAge: 600 }));
  }
  app.use('/api/*', identify(api), checkQuery);
  app.use('/openapi.json', identify(api));
  app.use('/api/*', async (c, next) => {
    // What a cron service sends along is never read.
    const otherwise = c.req.path === '/api/files' || c.req.path.startsWith('/api/cron/');
    if (otherwise || c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    return jsonLimit(c, async () => {
      await checkJson(c, next);
    });
  });

  for (const routes of [
    sessionRoutes,
    videoRoutes,
    statusRoutes,
    commandRoutes,
    checkRoutes,
    contentRoutes,
    eventRoutes,
    modelRoutes,
    fileRoutes,
    cronRoutes,
    adminRoutes,
  ]) {
    app.route('/api', routes(api));
  }

  app.openAPIRegistry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer' });
  app.openAPIRegistry.registerComponent('securitySchemes', 'cron', { type: 'http', scheme: 'bearer' });
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Dailies', version: '1', description: 'Generates videos through asynchronous video APIs.' },
    security: [{ key: [] }],
  });
  return app;
}
