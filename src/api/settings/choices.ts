import { createRoute } from '@hono/zod-openapi';
import type { Api } from '#api/context.ts';
import { badField } from '#api/errors.ts';
import { createRoutes, json, problems } from '#api/route.ts';
import { defaultModelView } from './provider-view.ts';
import {
  type Aliases,
  aliasesPutSchema,
  aliasesSchema,
  defaultModelPutSchema,
  defaultModelSavedSchema,
} from './wire.ts';

const setDefault = createRoute({
  method: 'put',
  path: '/default-model',
  summary: 'Choose the model for those who name none',
  request: { body: { content: { 'application/json': { schema: defaultModelPutSchema } }, required: true } },
  responses: { 200: json(defaultModelSavedSchema, 'As it is now.'), ...problems },
});
const readAliases = createRoute({
  method: 'get',
  path: '/aliases',
  summary: 'Bare names, and the models that they mean',
  responses: { 200: json(aliasesSchema, 'Built-in names and stored ones.'), ...problems },
});
const putAliases = createRoute({
  method: 'put',
  path: '/aliases',
  summary: 'Replace the stored aliases; built-in names that are left out mean the default model again',
  request: { body: { content: { 'application/json': { schema: aliasesPutSchema } }, required: true } },
  responses: { 200: json(aliasesSchema, 'As they are now.'), ...problems },
});

/** What people choose: the default model, and what names mean. */
export function choiceRoutes(api: Api) {
  const { registry, stored, reload } = api.installation;
  const { catalogue } = registry;
  const routes = createRoutes();

  const refuseUnknown = (model: string, param: string) => {
    if (catalogue.get(model)) return;
    const known = catalogue.models().map(({ id }) => id);
    throw badField(param, `${JSON.stringify(model)} is not offered; offered: ${known.join(', ')}`);
  };

  function aliases(): Aliases {
    const own = registry.stored().aliases;
    return {
      aliases: Object.entries(catalogue.aliases()).map(([name, model]) => ({
        name,
        model,
        from: Object.hasOwn(own, name) ? ('stored' as const) : ('built_in' as const),
        available: catalogue.get(model) !== undefined,
      })),
    };
  }

  routes.openapi(setDefault, async (c) => {
    const { model } = c.req.valid('json');
    if (model !== null) refuseUnknown(model, 'model');
    await stored.setDefaultModel(model, c.var.who.actor);
    await reload();
    const view = defaultModelView(api);
    const note = view.overruled
      ? `It is stored; as long as DAILIES_DEFAULT_MODEL is set, ${view.id} stays the default.`
      : null;
    return c.json({ default_model: view, note }, 200);
  });

  routes.openapi(readAliases, (c) => c.json(aliases(), 200));

  routes.openapi(putAliases, async (c) => {
    const asked = c.req.valid('json').aliases;
    for (const [name, model] of Object.entries(asked)) {
      // What is stored already may stay while its provider is away.
      if (registry.stored().aliases[name] !== model) refuseUnknown(model, `aliases.${name}`);
    }
    await stored.setAliases(asked, c.var.who.actor);
    await reload();
    return c.json(aliases(), 200);
  });

  return routes;
}
