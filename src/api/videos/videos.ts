import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { ownOrigin } from '#api/auth/client.ts';
import { type Api, type Env, visibleTo } from '#api/context.ts';
import { ApiError, noSuchVideo } from '#api/errors.ts';
import { takeInputs } from '#api/references.ts';
import { createOnce } from '#api/replays.ts';
import { conflict, createRoutes, idParams, json, moneyProblems, problems, videoId } from '#api/route.ts';
import {
  createSchema,
  listQuerySchema,
  pageSchema,
  patchSchema,
  timelineSchema,
  type VideoView,
  videoSchema,
  videosSchema,
} from '#api/wire.ts';
import { runCommand } from '#engine/commands.ts';
import { type SubmitRequest, type Submitted, submit } from '#engine/submit.ts';
import type { ListQuery, VideoDetails } from '#engine/system.ts';
import { toMicroUsd } from '#video/money.ts';
import type { JsonObject, State } from '#video/video.ts';
import { priorities } from '#video/video.ts';
import { look } from './look.ts';
import { timelineOf } from './timeline.ts';
import { absolute } from './view.ts';

/** What the studio calls running, ready, and so on. */
const statesOf: Record<string, State[]> = {
  queued: ['queued'],
  running: ['submitting', 'unknown', 'needs_decision', 'running', 'overdue', 'storing', 'canceling'],
  ready: ['completed'],
  failed: ['failed', 'canceled'],
  needs_you: ['needs_decision'],
};
const pageSize = 30;

const create = createRoute({
  method: 'post',
  path: '/videos',
  summary: 'Ask for a clip, or for several takes of one shot',
  request: { body: { content: { 'application/json': { schema: createSchema } }, required: true } },
  responses: { 202: json(videosSchema, 'Written down; it goes on by itself.'), ...problems, ...moneyProblems },
});
const list = createRoute({
  method: 'get',
  path: '/videos',
  summary: 'Your clips, newest first',
  request: { query: listQuerySchema },
  responses: { 200: json(pageSchema, '`next` is the `after` of the next page.'), ...problems },
});
const read = createRoute({
  method: 'get',
  path: '/videos/{id}',
  summary: 'One clip',
  request: { params: idParams },
  responses: { 200: json(videoSchema, 'The clip as it is now.'), ...problems },
});
const change = createRoute({
  method: 'patch',
  path: '/videos/{id}',
  summary: 'Star a clip; change the priority of one that waits',
  request: { params: idParams, body: { content: { 'application/json': { schema: patchSchema } }, required: true } },
  responses: { 200: json(videoSchema, 'The clip as it is now.'), ...problems, ...conflict },
});
const remove = createRoute({
  method: 'delete',
  path: '/videos/{id}',
  summary: 'Delete a clip; one that is rendering is canceled, and watched to the end',
  request: { params: idParams },
  responses: { 200: json(videoSchema, 'The clip as it was.'), ...problems },
});
const timeline = createRoute({
  method: 'get',
  path: '/videos/{id}/events',
  summary: 'What happened to a clip, oldest first',
  request: { params: idParams },
  responses: { 200: json(timelineSchema, 'The timeline.'), ...problems },
});

export function videoRoutes(api: Api) {
  const { store } = api.system;
  const routes = createRoutes();

  routes.openapi(create, async (c) => {
    const body = c.req.valid('json');
    const { who } = c.var;
    const asked: SubmitRequest = {
      ownerId: who.ownerId,
      actor: who.actor,
      prompt: body.prompt,
      model: body.model,
      seconds: body.seconds ?? 4,
      size: body.size ?? '1280x720',
      seed: body.seed,
      settings: body.settings as JsonObject | undefined,
      priority: body.priority && priorities[body.priority],
      count: body.count,
      project: body.project,
      agreed: { maxMicroUsd: body.max_cost_usd === undefined ? null : toMicroUsd(body.max_cost_usd) },
    };
    const inputs = await takeInputs(api, who.ownerId, body.inputs ?? [], c.req.raw.signal);
    const submitted = await createOnce(api, c, body, (once) => submit(api.system, { ...asked, inputs, once }));
    return answerCreated(api, c, submitted);
  });

  routes.openapi(list, async (c) => {
    const { status, model, project, shot, starred, q, after, order, limit = pageSize } = c.req.valid('query');
    const query: ListQuery = {
      ownerId: visibleTo(c.var.who),
      ...(status && { states: statesOf[status] }),
      ...(model && { model }),
      ...(project && { project }),
      ...(shot && { shotId: shot }),
      ...(starred && { starred: starred === 'true' }),
      ...(q && { q }),
      ...(after && { after: videoId(after) }),
      limit: limit + 1,
      order: order ?? 'desc',
    };
    const found = await store.list(query);
    const page = found.slice(0, limit);
    const videos = await Promise.all(page.map((details) => viewFor(api, c, details)));
    return c.json({ videos, next: found.length > limit ? (page.at(-1)?.video.id ?? null) : null }, 200);
  });

  routes.openapi(read, async (c) => {
    const details = await find(api, c, c.req.valid('param').id);
    await look(api, details.video.id, details.video);
    return c.json(await viewFor(api, c, api.wake ? details : await find(api, c, details.video.id)), 200);
  });

  routes.openapi(change, async (c) => {
    const id = videoId(c.req.valid('param').id);
    const { starred, priority } = c.req.valid('json');
    await find(api, c, id);
    const owner = visibleTo(c.var.who);
    if (priority !== undefined) {
      const done = await store.setPriority(id, owner, priorities[priority], c.var.who.actor);
      if (done === 'not_queued')
        throw new ApiError(409, 'not_possible', 'Its turn has come: nothing is in front of it.');
    }
    if (starred !== undefined) await store.setStarred(id, owner, starred);
    return c.json(await viewFor(api, c, await find(api, c, id)), 200);
  });

  routes.openapi(remove, async (c) => {
    const before = await find(api, c, c.req.valid('param').id);
    const { who } = c.var;
    await runCommand(api.system, before.video.id, visibleTo(who), { name: 'delete' }, who.actor);
    api.wake?.();
    return c.json(await viewFor(api, c, before), 200);
  });

  routes.openapi(timeline, async (c) => {
    const { video } = await find(api, c, c.req.valid('param').id);
    return c.json({ events: timelineOf(await store.events(video.id, visibleTo(c.var.who))) }, 200);
  });

  return routes;
}

/** All takes of a create. */
export async function answerCreated(api: Api, c: Context<Env>, submitted: Submitted) {
  const { ids } = submitted;
  await Promise.all(ids.map((id) => look(api, id)));
  const videos = await Promise.all(ids.map(async (id) => viewFor(api, c, await find(api, c, id))));
  return c.json({ videos }, 202);
}

/** The video that the asker may see; a deleted one is gone for the API. */
export async function find(api: Api, c: Context<Env>, id: string): Promise<VideoDetails> {
  const details = await api.system.store.get(videoId(id), visibleTo(c.var.who));
  if (!details || details.video.hiddenAt) throw noSuchVideo();
  return details;
}

export async function viewFor(api: Api, c: Context<Env>, details: VideoDetails): Promise<VideoView> {
  return absolute(await api.views.of(details), ownOrigin(c, api.settings));
}
