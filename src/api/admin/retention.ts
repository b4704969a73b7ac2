import { createRoute } from '@hono/zod-openapi';
import type { Api } from '#api/context.ts';
import { createRoutes, json, problems } from '#api/route.ts';
import { expiryRule } from '#engine/housekeeping.ts';
import { retentionSchema } from './wire.ts';

const mostListed = 500;
const dayMs = 86_400_000;

const read = createRoute({
  method: 'get',
  path: '/retention',
  summary: 'Whose files the next housekeeping deletes; deletes nothing itself',
  responses: { 200: json(retentionSchema, 'As it is now.'), ...problems },
});

export function retentionRoutes({ system: { store, clock }, settings: { retentionMs } }: Api) {
  const routes = createRoutes();
  routes.openapi(read, async (c) => {
    const due = await store.expiring(expiryRule(clock.now(), retentionMs), mostListed + 1);
    const videos = due.slice(0, mostListed).map(({ id, ownerId, prompt, completedAt, bytes }) => ({
      id,
      owner_id: ownerId,
      prompt,
      completed_at: completedAt.toISOString(),
      bytes,
    }));
    const bytes = videos.reduce((sum, video) => sum + video.bytes, 0);
    return c.json({ days: retentionMs && retentionMs / dayMs, videos, bytes, more: due.length > mostListed }, 200);
  });
  return routes;
}
