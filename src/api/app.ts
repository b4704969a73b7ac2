import { OpenAPIHono } from '@hono/zod-openapi';
import { cors } from 'hono/cors';
import { adminRoutes } from '#api/admin/routes.ts';
import { identify } from '#api/auth/identity.ts';
import { sessionRoutes } from '#api/auth/session.ts';
import { keyRoutes } from '#api/keys/routes.ts';
import { eventRoutes } from '#api/live/events.ts';
import { inviteRoutes } from '#api/people/invites.ts';
import { ownAccountRoutes } from '#api/people/own-account.ts';
import { personRoutes } from '#api/people/people.ts';
import { settingsRoutes } from '#api/settings/routes.ts';
import { limitRoutes } from '#api/usage/limits.ts';
import { usageRoutes } from '#api/usage/usage.ts';
import { v1Routes } from '#api/v1/routes.ts';
import { checkRoutes } from '#api/videos/check-now.ts';
import { commandRoutes } from '#api/videos/commands.ts';
import { contentRoutes } from '#api/videos/content.ts';
import { posterRoutes } from '#api/videos/poster.ts';
import { remixRoutes } from '#api/videos/remix.ts';
import { statusRoutes } from '#api/videos/status.ts';
import { videoRoutes } from '#api/videos/videos.ts';
import { webhookRoutes } from '#api/webhooks/routes.ts';
import { backupRoutes } from './backup.ts';
import { checkJson, checkQuery, imageJsonLimit, isJson, jsonLimit } from './body.ts';
import type { Api, Env } from './context.ts';
import { cronRoutes } from './cron.ts';
import { ApiError, answerError } from './errors.ts';
import { fileRoutes } from './files.ts';
import { healthRoutes } from './health.ts';
import { hookRoutes } from './hooks.ts';
import { modelRoutes } from './models.ts';
import { shedReads } from './overload.ts';

/** What a page of another site may read of an answer, beside its body. */
const exposed = [
  'x-request-id',
  'retry-after',
  'openai-poll-after-ms',
  'x-dailies-replayed',
  'x-dailies-substituted',
  'x-ratelimit-limit-requests',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-reset-requests',
];

/** Routes that read their bodies themselves, as they come. */
const takesFiles = (method: string, path: string) =>
  (method === 'POST' && path === '/api/files') || (method === 'PUT' && /^\/api\/videos\/[^/]+\/poster$/.test(path));
/** Routes whose JSON may hold an image. */
const takesImages: ReadonlySet<string> = new Set(['/api/videos', '/api/files']);

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
    for (const path of ['/api/*', '/v1/*']) {
      app.use(path, cors({ origin: api.settings.allowedOrigins, exposeHeaders: exposed, maxAge: 600 }));
    }
  }
  const shed = shedReads();
  app.use('/api/*', shed, identify(api), checkQuery);
  app.use('/v1/*', shed, identify(api));
  app.use('/openapi.json', identify(api));
  app.use('/api/*', async (c, next) => {
    const { method, path } = c.req;
    // What a cron service sends along is never read; what a provider sends is signed byte by byte.
    if (path.startsWith('/api/cron/') || path.startsWith('/api/hooks/') || method === 'GET' || method === 'HEAD')
      return next();
    if (takesFiles(method, path) && !isJson(c.req.header('content-type'))) return next();
    const limit = takesImages.has(path) ? imageJsonLimit : jsonLimit;
    return limit(c, async () => {
      await checkJson(c, next);
    });
  });

  for (const routes of [
    sessionRoutes,
    ownAccountRoutes,
    keyRoutes,
    personRoutes,
    inviteRoutes,
    videoRoutes,
    statusRoutes,
    commandRoutes,
    remixRoutes,
    checkRoutes,
    contentRoutes,
    posterRoutes,
    eventRoutes,
    modelRoutes,
    usageRoutes,
    limitRoutes,
    fileRoutes,
    cronRoutes,
    hookRoutes,
    backupRoutes,
    adminRoutes,
    settingsRoutes,
    webhookRoutes,
  ]) {
    app.route('/api', routes(api));
  }

  app.route('/v1', v1Routes(api));

  app.openAPIRegistry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer' });
  app.openAPIRegistry.registerComponent('securitySchemes', 'cron', { type: 'http', scheme: 'bearer' });
  // Made at the first request and kept: it takes a tenth of a second.
  let document: ReturnType<typeof app.getOpenAPI31Document> | null = null;
  app.get('/openapi.json', (c) => {
    document ??= app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title: 'Dailies', version: '1', description: 'Generates videos through asynchronous video APIs.' },
      security: [{ key: [] }],
    });
    return c.json(document);
  });
  return app;
}
