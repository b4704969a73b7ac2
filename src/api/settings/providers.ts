import { createRoute } from '@hono/zod-openapi';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { z } from 'zod';
import type { Api } from '#api/context.ts';
import { ApiError } from '#api/errors.ts';
import { conflict, createRoutes, json, problems } from '#api/route.ts';
import { emptySchema } from '#api/wire.ts';
import { changeOf } from './provider-change.ts';
import { defaultModelView, kindView, openVideos, providerView } from './provider-view.ts';
import { testProvider } from './test-provider.ts';
import {
  providerDeleteQuerySchema,
  providerIdSchema,
  providerPutSchema,
  providerRemovedSchema,
  providerSavedSchema,
  providersSchema,
  providerTestSchema,
} from './wire.ts';

const params = z.object({ id: z.string().max(200).meta({ description: 'Id of the provider', example: 'fal' }) });
const list = createRoute({
  method: 'get',
  path: '/providers',
  summary: 'The providers that are set up, by variables or here, and what can be added',
  responses: { 200: json(providersSchema, 'Without a word of any key but its last four characters.'), ...problems },
});
const put = createRoute({
  method: 'put',
  path: '/providers/{id}',
  summary: 'Set a provider up, or change what is given; a key goes in and never comes out',
  request: {
    params: z.object({ id: providerIdSchema.meta({ description: 'Id of the provider', example: 'fal' }) }),
    body: { content: { 'application/json': { schema: providerPutSchema } }, required: true },
  },
  responses: { 200: json(providerSavedSchema, 'As it is now.'), ...problems, ...conflict },
});
const remove = createRoute({
  method: 'delete',
  path: '/providers/{id}',
  summary: 'Remove a provider and its keys',
  request: { params, query: providerDeleteQuerySchema },
  responses: { 200: json(providerRemovedSchema, 'What is left of it.'), ...problems, ...conflict },
});
const test = createRoute({
  method: 'post',
  path: '/providers/{id}/test',
  summary: 'Ask a provider something free: whether it answers, and takes the key',
  request: { params, body: { content: { 'application/json': { schema: emptySchema } }, required: false } },
  responses: { 200: json(providerTestSchema, 'What came of it.'), ...problems, ...conflict },
});

const testsPerMinute = 6;

export function providerSettingsRoutes(api: Api) {
  const { registry, stored, reload, modelsFile } = api.installation;
  const { store } = api.system;
  const { providers } = registry;
  const routes = createRoutes();
  const tests = new RateLimiterMemory({ points: testsPerMinute, duration: 60 });

  const find = (id: string) => registry.instances().find((one) => one.id === id);
  const activityOf = async (id: string) => (await store.activity()).find((one) => one.provider === id);
  function existing(id: string) {
    const instance = find(id);
    if (!instance) throw new ApiError(404, 'not_found', 'there is no such provider');
    return instance;
  }

  routes.openapi(list, async (c) => {
    const activity = await store.activity();
    const found = registry.instances();
    return c.json(
      {
        providers: found.map((one) =>
          providerView(
            api,
            one,
            activity.find(({ provider }) => provider === one.id),
          ),
        ),
        kinds: registry.kinds.map(kindView),
        default_model: defaultModelView(api),
        models_file: modelsFile(),
      },
      200,
    );
  });

  routes.openapi(put, async (c) => {
    const { id } = c.req.valid('param');
    const change = changeOf(id, c.req.valid('json'), find(id), registry.kinds);
    await stored.saveProvider(id, change, c.var.who.actor);
    await reload();
    // What waited for it is due again.
    api.wake?.();
    const saved = existing(id);
    const note =
      saved.state === 'ready' && registry.defaultModel().from === 'built_in'
        ? 'It is ready. Nothing is spent before you choose one of its models.'
        : null;
    return c.json({ provider: providerView(api, saved, await activityOf(id)), note }, 200);
  });

  routes.openapi(remove, async (c) => {
    const { id } = c.req.valid('param');
    const { stored: config, variable } = existing(id);
    if (!config) throw new ApiError(409, 'from_environment', `it comes from ${variable}: unset that and start again`);
    const activity = await activityOf(id);
    const open = openVideos(activity);
    if (open > 0 && !variable && c.req.valid('query').force !== 'true') {
      throw new ApiError(
        409,
        'open_videos',
        `${open === 1 ? 'a video of it is' : `${open} of its videos are`} not over. Without it nobody looks at them (provider_missing), and what is rendered ` +
          'is paid all the same; its keys are gone for good. Repeat with ?force=true to remove it.',
        null,
        {},
        { open_videos: open },
      );
    }
    await stored.removeProvider(id, c.var.who.actor);
    await reload();
    const left = find(id);
    const note = left
      ? `What was stored is removed; ${variable} still names it.`
      : open > 0
        ? 'It is removed. Its videos wait: set it up again under the same name to go on with them.'
        : 'It is removed, and its keys with it.';
    return c.json({ provider: left ? providerView(api, left, activity) : null, note }, 200);
  });

  routes.openapi(test, async (c) => {
    const { id } = c.req.valid('param');
    const { state, present } = existing(id);
    const provider = providers.get(id);
    if (state === 'no_key' || state === 'key_unreadable' || !provider) {
      throw new ApiError(409, state, 'it has no key that could be tested: give it one first');
    }
    await tests.consume(id).catch((refusal: unknown) => {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const seconds = String(Math.ceil(refusal.msBeforeNext / 1_000));
      const message = `tested ${testsPerMinute} times in a minute: try again in ${seconds} s`;
      throw new ApiError(429, 'too_many_tests', message, null, { 'retry-after': seconds });
    });
    const tested = await testProvider(provider);
    const { outcome, message } = tested;
    const at = new Date().toISOString();
    await stored.saveTest(id, { at, outcome, message, credentialId: present?.id ?? null }, c.var.who.actor);
    await reload();
    return c.json(tested, 200);
  });

  return routes;
}
