import { Hono } from 'hono';
import type { Api, Env } from './context.ts';

/** `/healthz`: the process answers. `/readyz`: so do its database and its storage. Both say nothing else to strangers. */
export function healthRoutes(api: Pick<Api, 'system'>) {
  const { store, media, log } = api.system;
  const routes = new Hono<Env>();
  routes.get('/healthz', (c) => c.json({ ok: true }));
  routes.get('/readyz', async (c) => {
    const checks = { database: () => store.check(), storage: () => media.check() };
    const failed: string[] = [];
    for (const [name, check] of Object.entries(checks)) {
      await check().catch((error: unknown) => {
        log.error({ err: error }, `${name} does not answer`);
        failed.push(name);
      });
    }
    return c.json({ ok: failed.length === 0, failed }, failed.length === 0 ? 200 : 503);
  });
  return routes;
}
