import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Api, Env } from '#api/context.ts';
import { conflict, createRoutes, idParams, json, problems } from '#api/route.ts';
import { checkNow } from '#api/videos/check-now.ts';
import { find, viewFor } from '#api/videos/videos.ts';
import { commandAnswerSchema, emptySchema } from '#api/wire.ts';
import { adoptById, type CommandResult, runCommand } from '#engine/commands.ts';
import type { AdminCommand } from '#video/admin-commands.ts';
import type { Command } from '#video/commands.ts';
import { adoptSchema, extendSchema } from './wire.ts';

const responses = { 200: json(commandAnswerSchema, 'The clip as it is now.'), ...problems, ...conflict };
const nothing = { content: { 'application/json': { schema: emptySchema } }, required: false };
const minuteMs = 60_000;

const bare = (name: string, summary: string) =>
  createRoute({
    method: 'post',
    path: `/videos/{id}/${name}` as `/videos/{id}/${string}`,
    summary,
    request: { params: idParams, body: nothing },
    responses,
  });
const check = bare('check', 'Look at it now');
const giveUp = bare('give-up', 'Call it failed where only a clock speaks against it; a late clip is still kept');
const requeue = bare('requeue', 'Back into the line at once, where it was never sent');
const collect = bare('collect', 'Copy the finished clip from the provider again');
const reset = bare('reset', 'Look at the provider afresh; never sends anything twice');
const extend = createRoute({
  method: 'post',
  path: '/videos/{id}/extend',
  summary: 'A later deadline',
  request: { params: idParams, body: { content: { 'application/json': { schema: extendSchema } }, required: true } },
  responses,
});
const adopt = createRoute({
  method: 'post',
  path: '/videos/{id}/adopt',
  summary: 'Give a lost clip the job that was found at the provider',
  request: { params: idParams, body: { content: { 'application/json': { schema: adoptSchema } }, required: true } },
  responses,
});

/** What an operator does with one video of whatever owner. Each is an event with its actor. */
export function operateRoutes(api: Api) {
  const { system } = api;
  const routes = createRoutes();

  async function answer(c: Context<Env>, { videoId, note }: Pick<CommandResult, 'videoId' | 'note'>) {
    api.wake?.();
    return c.json({ video: await viewFor(api, c, await find(api, c, videoId)), note }, 200);
  }

  async function run(c: Context<Env>, id: string, command: Command | AdminCommand) {
    const { video } = await find(api, c, id);
    return answer(c, await runCommand(system, video.id, null, command, c.var.who.actor));
  }

  routes.openapi(check, async (c) => {
    const details = await find(api, c, c.req.valid('param').id);
    const note = await checkNow(api, details);
    const { id: videoId } = details.video;
    if (note === null) await system.store.record(videoId, { type: 'check_asked', actor: c.var.who.actor, data: {} });
    return answer(c, { videoId, note });
  });
  routes.openapi(extend, (c) =>
    run(c, c.req.valid('param').id, { name: 'extend', byMs: c.req.valid('json').minutes * minuteMs }),
  );
  routes.openapi(giveUp, (c) => run(c, c.req.valid('param').id, { name: 'give_up' }));
  routes.openapi(requeue, (c) => run(c, c.req.valid('param').id, { name: 'requeue' }));
  routes.openapi(collect, (c) => run(c, c.req.valid('param').id, { name: 'collect' }));
  routes.openapi(reset, (c) => run(c, c.req.valid('param').id, { name: 'reset' }));
  routes.openapi(adopt, async (c) => {
    const { video } = await find(api, c, c.req.valid('param').id);
    return answer(c, await adoptById(system, video.id, c.req.valid('json').upstream_id, c.var.who.actor));
  });

  return routes;
}
