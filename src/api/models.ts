import { createRoute } from '@hono/zod-openapi';
import type { Price } from '#video/cost.ts';
import type { Api } from './context.ts';
import { createRoutes, json, problems } from './route.ts';
import { type ModelView, modelsSchema } from './wire.ts';

const list = createRoute({
  method: 'get',
  path: '/models',
  summary: 'What can be asked for',
  responses: { 200: json(modelsSchema, 'Models, aliases and the default.'), 401: problems[401] },
});

export function modelRoutes(api: Api) {
  const { catalogue, providers, settings } = api.system;
  const routes = createRoutes();
  routes.openapi(list, (c) => {
    const standard = catalogue.defaultModel();
    const models = catalogue.models().map((model): ModelView => {
      const provider = providers.get(model.provider);
      const { id, typical } = model;
      return {
        id,
        provider: model.provider,
        provider_name: providers.name(model.provider),
        label: model.label,
        free: model.free,
        sizes: model.sizes,
        seconds: model.seconds,
        first_frame: model.firstFrame,
        audio: model.audio,
        operations: model.operations,
        typical: { p50_ms: typical.p50, p90_ms: typical.p90 },
        deadline_ms: model.deadlineMs ?? settings.deadlineMs,
        price: priceView(model.price),
        retires: model.retires,
        cancels: provider?.cancel !== undefined,
        available: provider !== undefined,
        default: id === standard,
      };
    });
    return c.json({ models, aliases: catalogue.aliases(), default: standard }, 200);
  });
  return routes;
}

const priceView = (price: Price | null): ModelView['price'] =>
  price && {
    per_second_usd: price.perSecondUsd ?? null,
    per_clip_usd: price.perClipUsd ?? null,
    source: price.source,
    as_of: price.asOf,
  };
