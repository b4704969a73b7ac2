import { createRoute } from '@hono/zod-openapi';
import { refuse } from '#api/body.ts';
import { type Api, visibleTo } from '#api/context.ts';
import { ApiError, badField } from '#api/errors.ts';
import { createOnce } from '#api/replays.ts';
import { conflict, createRoutes, idParams, json, problems } from '#api/route.ts';
import { look } from '#api/videos/look.ts';
import { find } from '#api/videos/videos.ts';
import { runCommand } from '#engine/commands.ts';
import { type SubmitRequest, submit } from '#engine/submit.ts';
import { isTerminal, type JsonObject } from '#video/video.ts';
import { answerCreated, formOrJson, tellSubstituted } from './answer.ts';
import { charactersOf } from './characters.ts';
import { readFields } from './fields.ts';
import { comparable, idsOf } from './inputs.ts';
import { pollAfterMs, videoObject } from './video-object.ts';
import { createSchema, deletedSchema, listQuerySchema, pageSchema, videoSchema } from './wire.ts';

const pageSize = 20;
const tags = ['OpenAI protocol'];

const create = createRoute({
  method: 'post',
  path: '/videos',
  tags,
  summary: 'Ask for a clip',
  request: { body: formOrJson(createSchema) },
  responses: { 200: json(videoSchema, 'Written down; it goes on by itself.'), ...problems, ...conflict },
});
const list = createRoute({
  method: 'get',
  path: '/videos',
  tags,
  summary: 'Your clips, newest first',
  request: { query: listQuerySchema },
  responses: { 200: json(pageSchema, '`last_id` is the `after` of the next page.'), ...problems },
});
const retrieve = createRoute({
  method: 'get',
  path: '/videos/{id}',
  tags,
  summary: 'One clip; the header openai-poll-after-ms says when to ask again',
  request: { params: idParams },
  responses: { 200: json(videoSchema, 'The clip as it is now.'), ...problems },
});
const remove = createRoute({
  method: 'delete',
  path: '/videos/{id}',
  tags,
  summary: 'Delete a clip that is completed or failed',
  request: { params: idParams },
  responses: { 200: json(deletedSchema, 'It is gone.'), ...problems, ...conflict },
});

export function videoRoutes(api: Api) {
  const { store, clock } = api.system;
  const routes = createRoutes();

  // Only described by its schema: a form that is checked as a whole would be in memory as a whole.
  routes.openAPIRegistry.registerPath(create);
  routes.post('/videos', async (c) => {
    const body = await readFields(api, c, createSchema, { input_reference: ['image'] });
    const { who } = c.var;
    const { prompt, model, size, seconds, seed, input_reference, characters, ...settings } = body;
    const wish: SubmitRequest = {
      ownerId: who.ownerId,
      actor: who.actor,
      prompt,
      model: model ?? undefined,
      size: size ?? '720x1280',
      seconds: seconds ?? 4,
      seed: seed ?? undefined,
      settings: settings as JsonObject,
      inputs: await idsOf(api, c, 'input_reference', input_reference),
      characters: await charactersOf(api, c, characters ?? []),
    };
    const submitted = await createOnce(api, c, comparable(body), (once) => submit(api.system, { ...wish, once }));
    return answerCreated(api, c, submitted);
  });

  routes.get('/videos', async (c) => {
    const parsed = listQuerySchema.safeParse(c.req.query());
    if (!parsed.success) throw refuse(parsed.error);
    const { after, limit = pageSize, order = 'desc' } = parsed.data;
    if (after !== undefined && !/^video_[0-9a-f]{32}$/.test(after))
      throw badField('after', 'after is no id of a video');
    const ownerId = visibleTo(c.var.who);
    const found = await store.list({ ownerId, ...(after && { after }), limit: limit + 1, order });
    const data = found.slice(0, limit).map(({ video }) => videoObject(video, api.settings.retentionMs));
    return c.json({
      object: 'list' as const,
      data,
      first_id: data.at(0)?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
      has_more: found.length > limit,
    });
  });
  routes.openAPIRegistry.registerPath(list);

  routes.openapi(retrieve, async (c) => {
    const details = await find(api, c, c.req.valid('param').id);
    await look(api, details.video.id, details.video);
    const { video } = api.wake ? details : await find(api, c, details.video.id);
    if (!isTerminal(video.state)) c.header('openai-poll-after-ms', String(pollAfterMs(video, clock.now())));
    tellSubstituted(c, video);
    return c.json(videoObject(video, api.settings.retentionMs), 200);
  });

  routes.openapi(remove, async (c) => {
    const { video } = await find(api, c, c.req.valid('param').id);
    if (!isTerminal(video.state)) {
      const text = 'Only completed or failed videos can be deleted; POST /api/videos/{id}/cancel ends this one.';
      throw new ApiError(409, 'video_not_finished', text, null, { 'x-should-retry': 'false' });
    }
    const { who } = c.var;
    await runCommand(api.system, video.id, visibleTo(who), { name: 'delete' }, who.actor);
    return c.json({ id: video.id, object: 'video.deleted' as const, deleted: true as const }, 200);
  });

  return routes;
}
