import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { Api, Env } from '#api/context.ts';
import { ApiError } from '#api/errors.ts';
import { createRoutes, json, problems } from '#api/route.ts';
import { emptySchema } from '#api/wire.ts';
import { providerView } from './provider-view.ts';
import { providerAnswerSchema } from './wire.ts';

const request = {
  params: z.object({ id: z.string().max(200) }),
  body: { content: { 'application/json': { schema: emptySchema } }, required: false },
};
const responses = { 200: json(providerAnswerSchema, 'The provider as it is now.'), ...problems };
const pause = createRoute({
  method: 'post',
  path: '/providers/{id}/pause',
  summary: 'Send nothing to a provider; what runs there is watched on',
  request,
  responses,
});
const resume = createRoute({
  method: 'post',
  path: '/providers/{id}/resume',
  summary: 'Send to a provider again',
  request,
  responses,
});

export function providerRoutes(api: Api) {
  const { store, providers } = api.system;
  const routes = createRoutes();

  async function set(c: Context<Env>, id: string, paused: boolean) {
    const before = (await store.activity()).find((one) => one.provider === id);
    if (!providers.get(id) && !before) throw new ApiError(404, 'not_found', 'there is no such provider');
    const changed = await store.setPaused(id, paused, c.var.who.actor);
    if (changed && !paused) api.wake?.();
    const activity = (await store.activity()).find((one) => one.provider === id);
    return c.json({ provider: providerView(api, id, activity), note: noteOf(changed, paused) }, 200);
  }

  routes.openapi(pause, (c) => set(c, c.req.valid('param').id, true));
  routes.openapi(resume, (c) => set(c, c.req.valid('param').id, false));
  return routes;
}

function noteOf(changed: boolean, paused: boolean): string | null {
  if (!changed) return paused ? 'It was paused already.' : 'It was not paused.';
  return paused ? 'Nothing more is sent to it; what runs there is watched to its end.' : null;
}
