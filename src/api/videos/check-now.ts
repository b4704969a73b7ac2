import { createRoute } from '@hono/zod-openapi';
import type { Api } from '#api/context.ts';
import { createRoutes, idParams, json, problems } from '#api/route.ts';
import { commandAnswerSchema, emptySchema } from '#api/wire.ts';
import type { VideoDetails } from '#engine/system.ts';
import { isTerminal } from '#video/video.ts';
import { lookNow, restMs } from './look.ts';
import { find, viewFor } from './videos.ts';

const check = createRoute({
  method: 'post',
  path: '/videos/{id}/check',
  summary: 'Look at it now; `note` says why not, where nothing happens',
  request: {
    params: idParams,
    body: { content: { 'application/json': { schema: emptySchema } }, required: false },
  },
  responses: { 200: json(commandAnswerSchema, 'The clip as it is now.'), ...problems },
});

export function checkRoutes(api: Api) {
  const routes = createRoutes();
  routes.openapi(check, async (c) => {
    const details = await find(api, c, c.req.valid('param').id);
    const note = await checkNow(api, details);
    return c.json({ video: await viewFor(api, c, await find(api, c, details.video.id)), note }, 200);
  });
  return routes;
}

/** Brings the next look to now. Null = it comes; else the reason why nothing happens. */
export async function checkNow(api: Api, details: VideoDetails): Promise<string | null> {
  const { id } = details.video;
  const why = await whyNot(api, details);
  if (why) return why;
  await api.system.store.hint({ ids: [id] }, { restMs });
  await lookNow(api, id);
  if (details.video.state !== 'queued') return null;
  const after = await api.system.store.get(id, null);
  return after?.video.state === 'queued' && after.queuePosition !== null
    ? `It waits in our line, at place ${after.queuePosition}; nothing was sent yet.`
    : null;
}

async function whyNot({ system }: Api, { video }: VideoDetails): Promise<string | null> {
  const { store, clock, providers } = system;
  const now = clock.now().getTime();
  if (isTerminal(video.state) && !video.checkAt) return 'It is finished; there is nothing to look at.';
  if (!providers.get(video.provider)) {
    return `The provider ${video.provider} is not configured any more; this take waits until it is back.`;
  }
  if (video.claimedUntil && video.claimedUntil.getTime() > now) return 'We are looking at it just now.';
  if (video.notBefore && video.notBefore.getTime() > now) {
    const until = video.notBefore.toISOString();
    return video.state === 'queued'
      ? `It is sent again at ${until}: the provider had no room, or could not be reached.`
      : `The provider asked us to wait until ${until}.`;
  }
  if (video.state === 'queued') {
    const hold = (await store.holds()).find((one) => one.provider === video.provider);
    if (hold?.pausedAt) return `The provider ${video.provider} is paused; this take is sent as soon as it goes on.`;
    if (!hold || hold.trialAt) return null;
    return `The provider ${video.provider} does not answer; this take is sent as soon as it does.`;
  }
  if (video.checkAt && video.checkAt.getTime() <= now) return null;
  const agoMs = video.checkedAt ? now - video.checkedAt.getTime() : restMs;
  return agoMs < restMs ? `We looked ${Math.max(0, Math.round(agoMs / 1_000))} s ago.` : null;
}
