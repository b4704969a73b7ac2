import { createMiddleware } from 'hono/factory';
import type { Api, Env } from '#api/context.ts';
import { ApiError } from '#api/errors.ts';
import { createRoutes } from '#api/route.ts';
import { auditRoutes } from './audit.ts';
import { overviewRoutes } from './overview.ts';
import { providerRoutes } from './providers.ts';
import { operateRoutes } from './videos.ts';

/** A person who signed in as an admin; a key is a program, and works for its owner alone. */
const adminsOnly = createMiddleware<Env>(async (c, next) => {
  const { role, via } = c.var.who;
  if (role !== 'admin' || via !== 'session')
    throw new ApiError(403, 'admins_only', 'only a signed-in admin may do this');
  return next();
});

export function adminRoutes(api: Api) {
  const routes = createRoutes();
  routes.use('/admin/*', adminsOnly);
  for (const some of [overviewRoutes, operateRoutes, providerRoutes, auditRoutes]) routes.route('/admin', some(api));
  return routes;
}
