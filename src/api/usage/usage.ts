import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { csvLine } from '#api/admin/csv.ts';
import { type Api, visibleTo } from '#api/context.ts';
import { createRoutes, problems } from '#api/route.ts';
import { dayOf, toUsd } from '#video/money.ts';
import type { Spend as Counted } from '#video/spending.ts';
import { budgetOf, mayNameOwner } from './budget.ts';
import { type Spend, usageQuerySchema, usageSchema } from './wire.ts';

const standardDays = 30;
const dayMs = 86_400_000;

const usage = createRoute({
  method: 'get',
  path: '/usage',
  summary: 'What was spent, by day and by model; `format` makes it a download',
  request: { query: usageQuerySchema },
  responses: {
    200: {
      content: { 'application/json': { schema: usageSchema }, 'text/csv': { schema: z.string() } },
      description: 'Estimate against actual, and what is left of today.',
    },
    ...problems,
  },
});

export function usageRoutes(api: Api) {
  const { store } = api.system;
  const routes = createRoutes();

  routes.openapi(usage, async (c) => {
    const { days: count = standardDays, owner: named, format } = c.req.valid('query');
    const { who } = c.var;
    mayNameOwner(who, named);
    const owner = named ?? visibleTo(who);
    const days = lastDays(await store.now(), count);
    const [from = '', to = ''] = [days[0], days.at(-1)];
    const spends = await store.spendBetween(owner, from, to);
    if (format === 'csv') {
      return c.body(csv(spends), 200, {
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': `attachment; filename="dailies-usage-${from}-to-${to}.csv"`,
      });
    }
    const budget = owner === null ? null : budgetOf(await store.spending(owner));
    const byModel = [...Map.groupBy(spends, ({ model }) => model)];
    return c.json(
      {
        from,
        to,
        owner,
        budget,
        total: sumOf(spends),
        days: days.map((day) => ({ day, ...sumOf(spends.filter((spend) => spend.day === day)) })),
        models: byModel
          .map(([model, some]) => ({ model, ...sumOf(some) }))
          .sort((a, b) => b.actual_usd + b.reserved_usd - (a.actual_usd + a.reserved_usd)),
      },
      200,
    );
  });

  return routes;
}

/** UTC days, oldest first, today last. */
const lastDays = (now: Date, count: number): string[] =>
  Array.from({ length: count }, (_, i) => dayOf(new Date(now.getTime() - (count - 1 - i) * dayMs)));

/** Summed in whole millionths: dollars would gather the errors of fractions. */
function sumOf(spends: Counted[]): Spend {
  const sum = (of: (spend: Counted) => number) => spends.reduce((total, spend) => total + of(spend), 0);
  return {
    submissions: sum((spend) => spend.submissions),
    unpriced: sum((spend) => spend.unpriced),
    estimate_usd: toUsd(sum((spend) => spend.estimateMicroUsd)),
    actual_usd: toUsd(sum((spend) => spend.actualMicroUsd)),
    by_estimate_usd: toUsd(sum((spend) => spend.byEstimateMicroUsd)),
    reserved_usd: toUsd(sum((spend) => spend.reservedMicroUsd)),
  };
}

const columns = 'day,model,submissions,unpriced,estimate_usd,actual_usd,by_estimate_usd,reserved_usd'.split(',');

function csv(spends: Counted[]): string {
  const lines = spends.map((spend) => {
    const { submissions, unpriced, ...money } = sumOf([spend]);
    const { estimate_usd, actual_usd, by_estimate_usd, reserved_usd } = money;
    const numbers = [submissions, unpriced, estimate_usd, actual_usd, by_estimate_usd, reserved_usd];
    return csvLine([spend.day, spend.model, ...numbers.map(String)]);
  });
  return [csvLine(columns), ...lines].join('');
}
