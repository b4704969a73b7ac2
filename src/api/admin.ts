import { createMiddleware } from 'hono/factory';
import { auditRoutes } from './admin-audit.ts';
import { overviewRoutes } from './admin-overview.ts';
import { providerRoutes } from './admin-providers.ts';
import { operateRoutes } from './admin-videos.ts';
import type { Api, Env } from './context.ts';
import { ApiError } from './errors.ts';
import { createRoutes } from './route.ts';

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
