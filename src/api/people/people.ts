import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { adminsOnly } from '#api/admin/admins-only.ts';
import type { Api } from '#api/context.ts';
import { ApiError } from '#api/errors.ts';
import { conflict, createRoutes, json, problems } from '#api/route.ts';
import type { Person } from '#store/people/people.ts';
import { type PersonView, peopleSchema, personPatchSchema, personSchema } from './wire.ts';

const params = z.object({ id: z.string().max(200).meta({ description: 'Id of the person' }) });

const list = createRoute({
  method: 'get',
  path: '/people',
  summary: 'Who may come in; admins only',
  responses: { 200: json(peopleSchema, 'Oldest first.'), ...problems },
});
const change = createRoute({
  method: 'patch',
  path: '/people/{id}',
  summary: 'Give another role, disable, or let in again; admins only',
  request: { params, body: { content: { 'application/json': { schema: personPatchSchema } }, required: true } },
  responses: { 200: json(personSchema, 'The person as they are now.'), ...problems, ...conflict },
});
const remove = createRoute({
  method: 'delete',
  path: '/people/{id}',
  summary: 'Remove a person: sessions and keys end, the videos stay; admins only',
  request: { params },
  responses: { 204: { description: 'Removed.' }, ...problems, ...conflict },
});

export function personRoutes(api: Api) {
  const { people, keys } = api;
  const routes = createRoutes();
  for (const path of ['/people', '/people/*']) routes.use(path, adminsOnly);

  routes.openapi(list, async (c) => c.json({ people: (await people.list()).map(viewOf) }, 200));

  routes.openapi(change, async (c) => {
    const changed = await people.change(c.req.valid('param').id, c.req.valid('json'), c.var.who.actor);
    keys.forget();
    return c.json(viewOf(refuse(changed)), 200);
  });

  routes.openapi(remove, async (c) => {
    refuse(await people.remove(c.req.valid('param').id, c.var.who.actor));
    keys.forget();
    return c.body(null, 204);
  });

  return routes;
}

function refuse<T>(result: T | 'last_admin' | null): T {
  if (result === null) throw new ApiError(404, 'not_found', 'there is no such person');
  if (result === 'last_admin') {
    throw new ApiError(409, 'last_admin', 'this is the last admin: make somebody else an admin first');
  }
  return result;
}

const viewOf = (person: Person): PersonView => ({
  id: person.id,
  name: person.name,
  email: person.email,
  role: person.role,
  created_at: person.createdAt.toISOString(),
  disabled_at: person.disabledAt?.toISOString() ?? null,
  last_seen_at: person.lastSeenAt?.toISOString() ?? null,
  signs_in_by: person.signsInBy,
});
