import { adminsOnly } from '#api/admin/admins-only.ts';
import type { Api } from '#api/context.ts';
import { createRoutes } from '#api/route.ts';
import { choiceRoutes } from './choices.ts';
import { fallbackRoutes } from './fallbacks.ts';
import { providerSettingsRoutes } from './providers.ts';

/** What a signed-in admin sets for the whole installation, without a restart. */
export function settingsRoutes(api: Api) {
  const routes = createRoutes();
  routes.use('/settings/*', adminsOnly);
  for (const some of [providerSettingsRoutes, choiceRoutes, fallbackRoutes]) routes.route('/settings', some(api));
  return routes;
}
