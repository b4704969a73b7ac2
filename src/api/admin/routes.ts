import type { Api } from '#api/context.ts';
import { createRoutes } from '#api/route.ts';
import { adminsOnly } from './admins-only.ts';
import { auditRoutes } from './audit.ts';
import { overviewRoutes } from './overview.ts';
import { providerRoutes } from './providers.ts';
import { retentionRoutes } from './retention.ts';
import { operateRoutes } from './videos.ts';

export function adminRoutes(api: Api) {
  const routes = createRoutes();
  routes.use('/admin/*', adminsOnly);
  for (const some of [overviewRoutes, operateRoutes, providerRoutes, auditRoutes, retentionRoutes])
    routes.route('/admin', some(api));
  return routes;
}
