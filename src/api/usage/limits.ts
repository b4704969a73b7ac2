import { createRoute } from '@hono/zod-openapi';
import type { Api, Identity } from '#api/context.ts';
import { ApiError } from '#api/errors.ts';
import { createRoutes, json, problems } from '#api/route.ts';
import { confirmAboveMicroUsd } from '#engine/submit.ts';
import { toMicroUsd, toUsd } from '#video/money.ts';
import { budgetOf, mayNameOwner } from './budget.ts';
import { type LimitsView, limitsPatchSchema, limitsQuerySchema, limitsSchema } from './wire.ts';

const read = createRoute({
  method: 'get',
  path: '/limits',
  summary: 'What you may spend, run and queue',
  request: { query: limitsQuerySchema },
  responses: { 200: json(limitsSchema, 'The caps as they hold now.'), ...problems },
});
const change = createRoute({
  method: 'patch',
  path: '/limits',
  summary: 'Change the limits of an owner, or without one the default daily cap; admins only',
  request: { body: { content: { 'application/json': { schema: limitsPatchSchema } }, required: true } },
  responses: { 200: json(limitsSchema, 'The caps as they hold now.'), ...problems },
});

export function limitRoutes(api: Api) {
  const { store, settings } = api.system;
  const routes = createRoutes();

  async function view(who: Identity, owner: string): Promise<LimitsView> {
    const [spending, own, owners] = await Promise.all([
      store.spending(owner),
      store.ownerLimits(owner),
      who.role === 'admin' ? store.ownCaps() : [],
    ]);
    return {
      owner,
      daily_cap_usd: usd(spending.capMicroUsd),
      own: spending.own,
      default_daily_cap_usd: usd(spending.defaultCapMicroUsd),
      budget: budgetOf(spending),
      confirm_above_usd: toUsd(confirmAboveMicroUsd),
      max_running: own.maxRunning ?? settings.maxRunningPerOwner,
      max_queued: own.maxQueued ?? settings.maxQueuedPerOwner,
      own_max_running: own.maxRunning,
      own_max_queued: own.maxQueued,
      default_max_running: settings.maxRunningPerOwner,
      default_max_queued: settings.maxQueuedPerOwner,
      creates_per_minute: who.createsPerMinute ?? api.settings.createsPerMinute,
      owners: owners.map(({ ownerId, capMicroUsd }) => ({ owner: ownerId, daily_cap_usd: usd(capMicroUsd) })),
    };
  }

  routes.openapi(read, async (c) => {
    const { owner } = c.req.valid('query');
    const { who } = c.var;
    mayNameOwner(who, owner);
    return c.json(await view(who, owner ?? who.ownerId), 200);
  });

  routes.openapi(change, async (c) => {
    const { owner, daily_cap_usd, max_running, max_queued } = c.req.valid('json');
    const { who } = c.var;
    if (who.role !== 'admin') throw new ApiError(403, 'admins_only', 'only an admin may change what others may spend');
    if (daily_cap_usd !== undefined) await store.setCap(owner ?? null, capOf(daily_cap_usd), who.actor);
    if (owner !== undefined && (max_running !== undefined || max_queued !== undefined)) {
      await store.setOwnerLimits(owner, { maxRunning: mostOf(max_running), maxQueued: mostOf(max_queued) }, who.actor);
    }
    return c.json(await view(who, owner ?? who.ownerId), 200);
  });

  return routes;
}

const usd = (amountMicroUsd: number | null) => (amountMicroUsd === null ? null : toUsd(amountMicroUsd));

const mostOf = (asked: number | 'default' | undefined) => (asked === 'default' ? null : asked);

const capOf = (asked: number | null | 'default') => (typeof asked === 'number' ? toMicroUsd(asked) : asked);
