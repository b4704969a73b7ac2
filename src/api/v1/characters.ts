import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import { type Api, type Env, visibleTo } from '#api/context.ts';
import { ApiError, badField } from '#api/errors.ts';
import { createOnce } from '#api/replays.ts';
import { conflict, createRoutes, json, problems } from '#api/route.ts';
import { createCharacter } from '#engine/characters.ts';
import type { Character } from '#engine/system.ts';
import { formOrJson } from './answer.ts';
import { readFields } from './fields.ts';
import { clipOf, comparable } from './inputs.ts';
import { characterSchema, createCharacterSchema } from './wire.ts';

const tags = ['OpenAI protocol'];

const create = createRoute({
  method: 'post',
  path: '/videos/characters',
  tags,
  summary: 'Show a provider somebody who can appear in several clips',
  request: { body: formOrJson(createCharacterSchema) },
  responses: { 200: json(characterSchema, 'Its id goes into `characters`.'), ...problems, ...conflict },
});
const read = createRoute({
  method: 'get',
  path: '/videos/characters/{id}',
  tags,
  summary: 'One character',
  request: { params: z.object({ id: z.string().meta({ description: 'Id of the character', example: 'char_0199…' }) }) },
  responses: { 200: json(characterSchema, 'The character.'), ...problems },
});

export function characterRoutes(api: Api) {
  const routes = createRoutes();

  routes.openAPIRegistry.registerPath(create);
  routes.post('/videos/characters', async (c) => {
    const body = await readFields(api, c, createCharacterSchema, { video: ['video'] });
    const { ownerId } = c.var.who;
    const source = await clipOf(api, c, body.video);
    const wish = { ownerId, name: body.name, source, model: body.model ?? undefined };
    const made = await createOnce(api, c, comparable(body), (once) => createCharacter(api.system, { ...wish, once }));
    return c.json(view(made.character));
  });

  routes.openapi(read, async (c) => c.json(view(await find(api, c, c.req.valid('param').id)), 200));

  return routes;
}

/** Those of a create. Throws for one that is not the asker's. */
export async function charactersOf(api: Api, c: Context<Env>, asked: { id: string }[]): Promise<Character[]> {
  const found = await Promise.all(asked.map(({ id }) => api.system.store.character(id, visibleTo(c.var.who))));
  return found.map((character, i) => {
    if (character?.upstreamId) return character;
    throw badField('characters', `characters: there is no ${JSON.stringify(asked[i]?.id)}`);
  });
}

async function find(api: Api, c: Context<Env>, id: string): Promise<Character> {
  const found = await api.system.store.character(id, visibleTo(c.var.who));
  if (!found?.upstreamId) throw new ApiError(404, 'not_found', 'there is no such character');
  return found;
}

const view = ({ id, name, createdAt }: Character) => ({
  id,
  name,
  created_at: Math.floor(createdAt.getTime() / 1_000),
});
