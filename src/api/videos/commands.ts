import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type Api, type Env, visibleTo } from '#api/context.ts';
import { ApiError } from '#api/errors.ts';
import { conflict, createRoutes, idParams, json, problems } from '#api/route.ts';
import { cancelSchema, commandAnswerSchema, decideSchema, emptySchema, retrySchema } from '#api/wire.ts';
import { adoptById, type CommandResult, runCommand } from '#engine/commands.ts';
import type { Command } from '#video/commands.ts';
import { find, viewFor } from './videos.ts';

const responses = {
  200: json(commandAnswerSchema, 'The clip as it is now, or the new take.'),
  202: json(commandAnswerSchema, 'Remembered: it is done as soon as the step under way has ended.'),
  ...problems,
  ...conflict,
};
const optional = <S>(schema: S) => ({ content: { 'application/json': { schema } }, required: false });

const cancel = createRoute({
  method: 'post',
  path: '/videos/{id}/cancel',
  summary: 'Cancel; `discard` throws a clip away that comes all the same',
  request: { params: idParams, body: optional(cancelSchema) },
  responses,
});
const retry = createRoute({
  method: 'post',
  path: '/videos/{id}/retry',
  summary: 'Render a failed clip once more; `force` where the earlier try may still be billed',
  request: { params: idParams, body: optional(retrySchema) },
  responses,
});
const collect = createRoute({
  method: 'post',
  path: '/videos/{id}/collect',
  summary: 'Copy the finished clip from the provider again; costs nothing',
  request: { params: idParams, body: optional(emptySchema) },
  responses,
});
const reset = createRoute({
  method: 'post',
  path: '/videos/{id}/reset',
  summary: 'Look at the provider again; never sends anything twice',
  request: { params: idParams, body: optional(emptySchema) },
  responses,
});
const decide = createRoute({
  method: 'post',
  path: '/videos/{id}/decide',
  summary: 'Say what to do with a clip whose create was lost',
  request: { params: idParams, body: { content: { 'application/json': { schema: decideSchema } }, required: true } },
  responses,
});

export function commandRoutes(api: Api) {
  const routes = createRoutes();

  async function answer(c: Context<Env>, { videoId, note, remembered }: CommandResult) {
    api.wake?.();
    const video = await viewFor(api, c, await find(api, c, videoId));
    return c.json({ video, note }, remembered ? 202 : 200);
  }

  async function run(c: Context<Env>, id: string, command: Command) {
    const { video } = await find(api, c, id);
    return answer(c, await runCommand(api.system, video.id, visibleTo(c.var.who), command, c.var.who.actor));
  }

  routes.openapi(cancel, (c) => run(c, c.req.valid('param').id, { name: 'cancel', ...c.req.valid('json') }));
  routes.openapi(retry, (c) => run(c, c.req.valid('param').id, { name: 'retry', ...c.req.valid('json') }));
  routes.openapi(collect, (c) => run(c, c.req.valid('param').id, { name: 'collect' }));
  routes.openapi(reset, (c) => run(c, c.req.valid('param').id, { name: 'reset' }));

  routes.openapi(decide, async (c) => {
    const { id } = c.req.valid('param');
    const body = c.req.valid('json');
    if (body.decision !== 'adopt') return run(c, id, { name: 'decide', decision: body.decision });
    const { role, actor } = c.var.who;
    if (role !== 'admin') throw new ApiError(403, 'admins_only', 'only an admin may name a job of the provider');
    const { video } = await find(api, c, id);
    return answer(c, await adoptById(api.system, video.id, body.upstream_id, actor));
  });

  return routes;
}
