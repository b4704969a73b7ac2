import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { adminsOnly } from '#api/admin/admins-only.ts';
import { clientOf, ownOrigin } from '#api/auth/client.ts';
import { refuseForeignPage, setCookies } from '#api/auth/cookies.ts';
import { limitTries, networkOf, triesByAddress } from '#api/auth/tries.ts';
import { signedInSchema } from '#api/auth/wire.ts';
import type { Api } from '#api/context.ts';
import { ApiError, badField } from '#api/errors.ts';
import { conflict, createRoutes, json, problems } from '#api/route.ts';
import type { Invite } from '#store/people/invites.ts';
import {
  type InviteView,
  inviteMadeSchema,
  invitePostSchema,
  invitesSchema,
  joinLookSchema,
  joinOfferSchema,
  joinSchema,
} from './wire.ts';

const usualDays = 7;

const list = createRoute({
  method: 'get',
  path: '/invites',
  summary: 'Who was invited; admins only',
  responses: { 200: json(invitesSchema, 'Newest first.'), ...problems },
});
const create = createRoute({
  method: 'post',
  path: '/invites',
  summary: 'Invite one person; the link is shown this once; admins only',
  request: { body: { content: { 'application/json': { schema: invitePostSchema } }, required: true } },
  responses: { 201: json(inviteMadeSchema, 'The invite and its link.'), ...problems },
});
const revoke = createRoute({
  method: 'delete',
  path: '/invites/{id}',
  summary: 'Take an invite back; admins only',
  request: { params: z.object({ id: z.string().max(100).meta({ description: 'Id of the invite' }) }) },
  responses: { 204: { description: 'Its link opens nothing any more.' }, ...problems },
});
const look = createRoute({
  method: 'post',
  path: '/join/look',
  summary: 'What the link of an invite offers',
  request: { body: { content: { 'application/json': { schema: joinLookSchema } }, required: true } },
  responses: { 200: json(joinOfferSchema, 'The offer.'), ...problems },
});
const join = createRoute({
  method: 'post',
  path: '/join',
  summary: 'Accept an invite: name and password; the answer sets the session cookie',
  request: { body: { content: { 'application/json': { schema: joinSchema } }, required: true } },
  responses: { 200: json(signedInSchema, 'Signed in.'), ...problems, ...conflict },
});

export function inviteRoutes(api: Api) {
  const { invites, accounts, settings } = api;
  const routes = createRoutes();
  for (const path of ['/invites', '/invites/*']) routes.use(path, adminsOnly);

  routes.openapi(list, async (c) => c.json({ invites: (await invites.list()).map(viewOf) }, 200));

  routes.openapi(create, async (c) => {
    const { role, email = null, days = usualDays } = c.req.valid('json');
    const { ownerId, actor } = c.var.who;
    const { invite, token } = await invites.create({ role, email, days, by: ownerId }, actor);
    // Behind the #, where no server and no log sees it.
    return c.json({ invite: viewOf(invite), link: `${ownOrigin(c, settings)}/join#${token}` }, 201);
  });

  routes.openapi(revoke, async (c) => {
    if (!(await invites.revoke(c.req.valid('param').id, c.var.who.actor))) {
      throw new ApiError(404, 'not_found', 'there is no such invite, or it is not open any more');
    }
    return c.body(null, 204);
  });

  routes.openapi(look, async (c) => {
    const { token } = c.req.valid('json');
    const by = networkOf(clientOf(c, settings).address);
    const offer = await limitTries(
      api,
      [[triesByAddress, `join ${by}`]],
      async () => (await invites.offer(token)) ?? 'wrong',
    );
    if (offer === 'wrong') throw closed();
    return c.json({ role: offer.role, email: offer.email, expires_at: offer.expiresAt.toISOString() }, 200);
  });

  routes.openapi(join, async (c) => {
    refuseForeignPage(c, settings);
    const { token, name, email = null, password } = c.req.valid('json');
    const client = clientOf(c, settings);
    const counted: Parameters<typeof limitTries>[1] = [[triesByAddress, `join ${networkOf(client.address)}`]];
    const made = await limitTries(api, counted, async () => {
      // Hashing costs: only for who has a link.
      if (!(await invites.offer(token))) return 'wrong';
      const passwordHash = await accounts.hashPassword(password);
      const result = await invites.accept(token, { name, email, passwordHash });
      return result === 'closed' ? 'wrong' : result;
    });
    if (made === 'wrong') throw closed();
    if (made === 'email_missing') throw badField('email', 'email is required');
    if (made === 'email_taken') {
      throw new ApiError(409, 'email_taken', 'somebody with this e-mail address is here already; sign in', 'email');
    }
    const opened = await accounts.openSession(made.id, client);
    setCookies(c, opened.cookies);
    return c.json({ user: opened.person }, 200);
  });

  return routes;
}

const closed = () => new ApiError(404, 'invite_closed', 'this invite was used, taken back, or has run out', 'token');

const viewOf = ({ id, role, email, createdAt, expiresAt, state }: Invite): InviteView => ({
  id,
  role,
  email,
  created_at: createdAt.toISOString(),
  expires_at: expiresAt.toISOString(),
  state,
});
