import { createHash, timingSafeEqual } from 'node:crypto';
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import { countActive, drain } from '#engine/drain.ts';
import type { Api, Env } from './context.ts';
import { ApiError } from './errors.ts';
import { createRoutes, json, problems } from './route.ts';
import { type CronAnswer, cronSchema } from './wire.ts';

const defaultBudgetMs = 8_000;
/** A pass ends soon after its budget; a process that died in the middle holds the others up for so long. */
const graceMs = 10_000;
const leastSecretLength = 16;
/** After a pass that took its whole budget: what just ended is told at once. */
const leastForWebhooksMs = 1_000;

const request = {
  query: z.object({
    /** How long the pass may take, in milliseconds. */
    budget_ms: z.coerce.number().int().min(100).max(300_000).optional(),
  }),
};
const responses = {
  200: json(cronSchema, 'What the pass came to; errors of single videos are inside.'),
  ...problems,
  503: { description: 'CRON_SECRET is not set, or too short.' },
};
const path = '/cron/poll-sora-status';
const summary = 'One pass over every active video, for a cron service: Authorization: Bearer $CRON_SECRET';
const get = createRoute({ method: 'get', path, summary, security: [{ cron: [] }], request, responses });
const post = createRoute({ method: 'post', path, summary, security: [{ cron: [] }], request, responses });

export function cronRoutes(api: Api) {
  const { system, sweeper, settings } = api;
  const { store, clock } = system;
  const routes = createRoutes();
  routes.use(path, async (c, next) => {
    checkSecret(settings.cronSecret, c.req.header('authorization'));
    return next();
  });

  async function pass(c: Context<Env>, budgetMs: number): Promise<CronAnswer> {
    const startedMs = clock.now().getTime();
    const duration = () => clock.now().getTime() - startedMs;
    const holder = c.var.requestId;
    if (!(await store.takeTurn(path, holder, budgetMs + graceMs))) {
      c.var.log.info({ request: holder }, 'cron: a pass is under way already');
      const results = { success: 0, failed: 0, timedOut: 0, errors: [] };
      const pending = await countActive(system);
      return { success: true, message: 'already running', processed: 0, results, duration: duration(), pending };
    }
    try {
      const { active, processed, completed, failed, overdue, errors, pending } = await drain(
        system,
        sweeper(),
        budgetMs,
      );
      // Where a loop runs, it delivers by itself.
      if (api.wake === null) await api.webhooks.drain(Math.max(leastForWebhooksMs, budgetMs - duration()));
      const message = active === 0 ? 'No active generations' : 'Sora status polling complete';
      const results = { success: completed, failed, timedOut: overdue, errors };
      c.var.log.info(
        {
          request: holder,
          processed,
          completed,
          failed,
          timedOut: overdue,
          errors: errors.length,
          duration: duration(),
        },
        `cron: ${message}`,
      );
      return { success: true, message, processed, results, duration: duration(), pending };
    } finally {
      await store.endTurn(path, holder);
    }
  }

  for (const route of [get, post]) {
    routes.openapi(route, async (c) => c.json(await pass(c, c.req.valid('query').budget_ms ?? defaultBudgetMs), 200));
  }
  return routes;
}

/** Compared by digest: neither the time nor the length gives a secret away. Unset, it opens to nobody. */
function checkSecret(secret: string | null, authorization: string | undefined): void {
  if (secret === null || secret.length < leastSecretLength) {
    const message = `CRON_SECRET is ${secret === null ? 'not set' : 'too short'}: this endpoint is closed`;
    throw new ApiError(503, 'cron_closed', message);
  }
  const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  if (!timingSafeEqual(digest(given), digest(secret))) {
    throw new ApiError(401, 'unauthorized', 'Unauthorized', null, { 'www-authenticate': 'Bearer' });
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest();
