import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Api, Env } from '#api/context.ts';
import { createRoutes, idParams, json, problems } from '#api/route.ts';
import { type SoraStatus, soraStatusSchema } from '#api/wire.ts';
import type { VideoDetails } from '#engine/system.ts';
import { look } from './look.ts';
import { seedFailure, seedStepOf } from './step.ts';
import { find, viewFor } from './videos.ts';

const minuteMs = 60_000;

const status = createRoute({
  method: 'get',
  path: '/videos/{id}/status',
  summary: 'How far a clip is',
  request: { params: idParams },
  responses: { 200: json(soraStatusSchema, 'From our own row; marks somebody who waits.'), ...problems },
});
const soraStatus = createRoute({
  method: 'get',
  path: '/videos/{id}/sora-status',
  summary: 'The same for code of the Sora days: a clip past its deadline is shown as failed',
  request: { params: idParams },
  responses: { 200: json(soraStatusSchema, 'From our own row; marks somebody who waits.'), ...problems },
});

export function statusRoutes(api: Api) {
  const routes = createRoutes();

  async function current(c: Context<Env>, id: string): Promise<VideoDetails> {
    const details = await find(api, c, id);
    await look(api, details.video.id, details.video);
    return api.wake ? details : find(api, c, id);
  }

  async function answer(c: Context<Env>, { video, ...rest }: VideoDetails): Promise<SoraStatus> {
    const view = await viewFor(api, c, { video, ...rest });
    return {
      status: view.status,
      progress: view.progress,
      ...(view.video_url && { videoUrl: view.video_url }),
      ...(view.error && { error: view.error.detail ?? view.error.happened }),
      ...(view.eta && {
        estimatedTimeRemaining: view.eta.p50_ms,
        estimatedTimeRemainingRange: [view.eta.p50_ms, view.eta.p90_ms] as [number, number],
      }),
      state: view.state,
      step: seedStepOf(view),
      attention: view.attention,
    };
  }

  routes.openapi(status, async (c) => c.json(await answer(c, await current(c, c.req.valid('param').id)), 200));

  routes.openapi(soraStatus, async (c) => {
    const details = await current(c, c.req.valid('param').id);
    const body = await answer(c, details);
    const { state, acceptedAt, deadlineAt } = details.video;
    if (state !== 'overdue') return c.json(body, 200);
    const minutes = acceptedAt && deadlineAt ? (deadlineAt.getTime() - acceptedAt.getTime()) / minuteMs : 15;
    const error = `Generation timed out after ${Math.max(1, Math.round(minutes))} minutes`;
    return c.json({ ...body, status: 'failed' as const, error, step: seedFailure }, 200);
  });

  return routes;
}
