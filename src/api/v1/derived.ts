import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Api, Env } from '#api/context.ts';
import { createOnce } from '#api/replays.ts';
import { conflict, createRoutes, idParams, json, problems } from '#api/route.ts';
import { find } from '#api/videos/videos.ts';
import { type DeriveRequest, derive } from '#engine/derive.ts';
import type { JsonObject } from '#video/video.ts';
import { answerCreated, formOrJson } from './answer.ts';
import { readFields } from './fields.ts';
import { clipOf, comparable } from './inputs.ts';
import { editSchema, extendSchema, remixSchema, videoSchema } from './wire.ts';

const tags = ['OpenAI protocol'];
const responses = { 200: json(videoSchema, 'The new clip.'), ...problems, ...conflict };
const files = { video: ['video'] } as const;

const edit = createRoute({
  method: 'post',
  path: '/videos/edits',
  tags,
  summary: 'Make a clip that changes another one',
  request: { body: formOrJson(editSchema) },
  responses,
});
const extend = createRoute({
  method: 'post',
  path: '/videos/extensions',
  tags,
  summary: 'Make a clip that goes on where another one ends',
  request: { body: formOrJson(extendSchema) },
  responses,
});
const remix = createRoute({
  method: 'post',
  path: '/videos/{id}/remix',
  tags,
  summary: 'Make a clip like another one, by another prompt',
  request: { params: idParams, body: formOrJson(remixSchema) },
  responses,
});

/** Clips that are made of others. The providers do it: nothing is cut or joined here. */
export function derivedRoutes(api: Api) {
  const routes = createRoutes();

  async function make(c: Context<Env>, fields: object, asked: Omit<DeriveRequest, 'ownerId' | 'actor' | 'once'>) {
    const { ownerId, actor } = c.var.who;
    const submitted = await createOnce(api, c, comparable(fields), (once) =>
      derive(api.system, { ...asked, ownerId, actor, once }),
    );
    return answerCreated(api, c, submitted);
  }

  // Described by their schemas only: a form that is checked as a whole would be in memory as a whole.
  for (const route of [edit, extend, remix]) routes.openAPIRegistry.registerPath(route);

  routes.post('/videos/edits', async (c) => {
    const body = await readFields(api, c, editSchema, files);
    const { prompt, video, model, ...settings } = body;
    const source = await clipOf(api, c, video);
    return make(c, body, { operation: 'edit', prompt, source, model: model ?? undefined, settings: rest(settings) });
  });

  routes.post('/videos/extensions', async (c) => {
    const body = await readFields(api, c, extendSchema, files);
    const { prompt, video, model, seconds, ...settings } = body;
    const source = await clipOf(api, c, video);
    return make(c, body, {
      operation: 'extend',
      prompt,
      source,
      addedSeconds: seconds,
      model: model ?? undefined,
      settings: rest(settings),
    });
  });

  routes.post('/videos/:id/remix', async (c) => {
    const source = await find(api, c, c.req.param('id'));
    const body = await readFields(api, c, remixSchema);
    const { prompt, ...settings } = body;
    return make(c, body, { operation: 'remix', prompt, source, settings: rest(settings) });
  });

  return routes;
}

const rest = (settings: object) => settings as JsonObject;
