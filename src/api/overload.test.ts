import { Hono } from 'hono';
import { expect, it } from 'vitest';
import type { Env } from './context.ts';
import { ApiError } from './errors.ts';
import { type Overload, shedReads } from './overload.ts';

async function ask(load: Overload, method = 'GET') {
  const app = new Hono<Env>();
  app.onError((error, c) => {
    if (!(error instanceof ApiError)) throw error;
    return c.body(null, error.status, error.headers);
  });
  app.use(shedReads(load));
  app.all('/', (c) => c.text('fine'));
  return app.request('/', { method });
}
const load = (open: number, lagMs: number): Overload => ({ open, lagMs: () => lagMs });

it.each([
  ['999 open, however late the loop', load(999, 60_000), 200],
  ['1,000 open and on time', load(1_000, 10), 200],
  ['1,000 open and late', load(1_000, 251), 429],
  ['5,000 open and on time', load(5_000, 0), 429],
])('a read with %s', async (_what, overload, status) => {
  const answer = await ask(overload);
  expect(answer.status).toBe(status);
  if (status === 429) expect(answer.headers.get('retry-after')).toBe('2');
});

it('a create is let through', async () => {
  expect((await ask(load(9_000, 60_000), 'POST')).status).toBe(200);
});

it('what was answered is not open any more, a failure neither', async () => {
  const overload = load(0, 0);
  await ask(overload);
  await ask(overload, 'POST');
  expect(overload.open).toBe(0);
});
