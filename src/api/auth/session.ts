import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { type Api, visibleTo } from '#api/context.ts';
import { ApiError } from '#api/errors.ts';
import { createRoutes, json, problems } from '#api/route.ts';
import { adminId, type Client, type SignedIn } from './accounts.ts';
import { clientOf, ownOrigin } from './client.ts';
import { refuseForeignPage, setCookies } from './cookies.ts';
import { limitTries, networkOf, triesByAddress, triesByEmail } from './tries.ts';
import { firstSchema, sessionSchema, signedInSchema, signInSchema } from './wire.ts';

const signIn = createRoute({
  method: 'post',
  path: '/sign-in',
  summary: 'Sign in; the answer sets the session cookie',
  request: { body: { content: { 'application/json': { schema: signInSchema } }, required: true } },
  responses: { 200: json(signedInSchema, 'Signed in.'), ...problems },
});
const signOut = createRoute({
  method: 'post',
  path: '/sign-out',
  summary: 'Sign out',
  responses: { 204: { description: 'Signed out.' }, 401: problems[401] },
});
const session = createRoute({
  method: 'get',
  path: '/session',
  summary: 'Who is signed in, and what this installation says of itself',
  responses: { 200: json(sessionSchema, 'The session.'), 401: problems[401] },
});
const firstLink = createRoute({
  method: 'get',
  path: '/first',
  summary: 'The one-time link that the first start prints',
  request: { query: z.strictObject({ token: z.string().max(200).optional() }) },
  responses: { 302: { description: 'On to the studio, or to the form.' } },
});
const firstForm = createRoute({
  method: 'post',
  path: '/first',
  summary: 'Give the admin of a new installation an e-mail address and a password',
  request: { body: { content: { 'application/json': { schema: firstSchema } }, required: true } },
  responses: { 200: json(signedInSchema, 'Signed in.'), ...problems },
});

export function sessionRoutes(api: Api) {
  const { accounts, firstRun, settings, system } = api;
  const routes = createRoutes();

  routes.openapi(signIn, async (c) => {
    refuseForeignPage(c, settings);
    const { email, password } = c.req.valid('json');
    const client = clientOf(c, settings);
    const counted: Parameters<typeof limitTries>[1] = [
      [triesByAddress, networkOf(client.address)],
      [triesByEmail, email.toLowerCase()],
    ];
    const result = await limitTries(api, counted, () => accounts.signIn(email, password, client, c.req.raw.headers));
    if (result === 'wrong') throw new ApiError(401, 'wrong_credentials', 'e-mail address or password is wrong');
    setCookies(c, result.cookies);
    return c.json({ user: result.person }, 200);
  });

  routes.openapi(signOut, async (c) => {
    setCookies(c, await accounts.signOut(c.req.raw.headers));
    return c.body(null, 204);
  });

  routes.openapi(session, async (c) => {
    const { who } = c.var;
    const current = who.via === 'session' ? await accounts.session(c.req.raw.headers, true) : null;
    if (current) setCookies(c, current.cookies);
    const user = current?.person ?? who.person ?? { id: who.ownerId, name: 'API key', email: '', role: who.role };
    const counts = await system.store.count(visibleTo(who));
    const answer = {
      user,
      url: ownOrigin(c, settings),
      api_key: current?.person.id === adminId ? settings.firstKey : null,
      connected: system.catalogue.models().some((model) => model.provider !== 'simulator'),
      paused_webhooks: await api.webhooks.endpoints.paused(who.ownerId),
      first_run: Object.values(counts).every((count) => count === 0),
    };
    return c.json(answer, 200);
  });

  routes.openapi(firstLink, async (c) => {
    const { token = '' } = c.req.valid('query');
    const admin = await accounts.admin();
    // A link that was printed before the password was chosen, and never used, must not go around it.
    if (!firstRun.matches(token) || admin?.hasPassword || admin?.disabled) return c.redirect('/sign-in?link=used', 302);
    if (!firstRun.withoutPassword) return c.redirect(`/sign-in?first=${token}`, 302);
    firstRun.redeem(token);
    setCookies(c, (await openAdmin(clientOf(c, settings))).cookies);
    return c.redirect('/', 302);
  });

  routes.openapi(firstForm, async (c) => {
    refuseForeignPage(c, settings);
    const { token, email, password } = c.req.valid('json');
    if (!firstRun.redeem(token)) {
      throw new ApiError(403, 'link_used', 'this link was used or is wrong; a restart prints a new one', 'token');
    }
    if ((await accounts.makeAdmin({ email, password })) === 'taken') {
      throw new ApiError(409, 'admin_exists', 'there is an admin with a password already; sign in');
    }
    const opened = await openAdmin(clientOf(c, settings));
    setCookies(c, opened.cookies);
    return c.json({ user: opened.person }, 200);
  });

  async function openAdmin(client: Client): Promise<SignedIn> {
    await accounts.makeAdmin(null);
    return accounts.openSession(adminId, client);
  }

  return routes;
}
