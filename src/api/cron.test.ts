import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import { move } from '#video/lifecycle.ts';
import { createTestApi, type TestApi } from './testing.ts';
import type { CronAnswer } from './wire.ts';

let test: TestApi;
afterEach(() => test.stop());

const secret = 'a secret of some length';
const path = '/api/cron/poll-sora-status';

const create = (options: Partial<Parameters<typeof createTestApi>[0]> = {}) =>
  createTestApi({ store: openMemoryStore(), role: 'web', settings: { cronSecret: secret }, ...options });

async function pass(method = 'GET', query = ''): Promise<CronAnswer> {
  const answer = await knock(`Bearer ${secret}`, method, query);
  expect(answer.status).toBe(200);
  return (await answer.json()) as CronAnswer;
}
const knock = (authorization: string | null, method = 'GET', query = '') =>
  test.call('anonymous', method, path + query, { headers: authorization === null ? {} : { authorization } });

describe('who may call it', () => {
  it.each([null, '', 'Bearer', 'Bearer ', 'Bearer undefined', 'Bearer null', `Bearer ${secret}x`, secret, 'Basic abc'])(
    'not who sends %j',
    async (authorization) => {
      test = await create();
      const answer = await knock(authorization);
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ error: 'Unauthorized', detail: { code: 'unauthorized' } });
    },
  );

  it('tells webhooks what is due where no loop does, within what is left', async () => {
    test = await create();
    const budgets: number[] = [];
    test.api.webhooks.drain = async (budgetMs) => void budgets.push(budgetMs);
    await pass('GET', '?budget_ms=5000');
    expect(budgets).toHaveLength(1);
    expect(budgets[0]).toBeGreaterThan(900);
    expect(budgets[0]).toBeLessThanOrEqual(5_000);
  });

  it('not an admin, nor an API key, without the secret', async () => {
    test = await create();
    for (const as of ['admin', 'key'] as const) expect((await test.call(as, 'GET', path)).status).toBe(401);
  });

  it.each([
    [null, 'Bearer undefined'],
    [null, 'Bearer null'],
    [null, 'Bearer '],
    ['short', 'Bearer short'],
  ])('nobody, while the secret is %j', async (cronSecret, authorization) => {
    test = await create({ settings: { cronSecret } });
    expect((await knock(authorization)).status).toBe(503);
  });

  it('whoever has the secret, by GET and by POST, whatever is in the body', async () => {
    test = await create();
    expect((await pass('GET')).success).toBe(true);
    expect((await pass('POST')).success).toBe(true);
    const form = await test.call('anonymous', 'POST', path, {
      headers: { authorization: `bearer ${secret}`, 'content-type': 'text/plain' },
      raw: 'ping',
    });
    expect(form.status).toBe(200);
  });

  it('refuses a budget without end', async () => {
    test = await create();
    expect((await knock(`Bearer ${secret}`, 'GET', '?budget_ms=9999999')).status).toBe(400);
  });
});

describe('a pass', () => {
  it('says that there is nothing to do', async () => {
    test = await create();
    expect(await pass()).toEqual({
      success: true,
      message: 'No active generations',
      processed: 0,
      results: { success: 0, failed: 0, timedOut: 0, errors: [] },
      duration: expect.any(Number),
      pending: 0,
    });
  });

  it('brings what was asked for to its end, without a loop, and counts it', async () => {
    test = await create({
      engineSettings: rarely,
      script: {
        check: (job) =>
          job.request.prompt === 'bad'
            ? { kind: 'failed', code: 'moderation', message: 'no', raw: null }
            : { kind: 'completed', renderMs: null, raw: null },
      },
    });
    await putInLine('good', 'good', 'bad');
    // The first pass sends them.
    expect(await pass()).toMatchObject({ processed: 3, results: { success: 0, failed: 0 }, pending: 3 });
    await due();
    expect(await pass()).toMatchObject({
      message: 'Sora status polling complete',
      processed: 3,
      results: { success: 2, failed: 1, timedOut: 0, errors: [] },
      pending: 0,
    });
  });

  it('goes on to the next video where one cannot be asked, or throws', async () => {
    test = await create({
      engineSettings: rarely,
      script: {
        check: (job) => {
          if (job.request.prompt === 'throws') throw new Error('a defect');
          return job.request.prompt === 'silent'
            ? { kind: 'no_answer', why: 'transient', message: 'HTTP 503', retryAfterMs: null }
            : { kind: 'completed', renderMs: null, raw: null };
        },
      },
    });
    const [throws, silent] = await putInLine('throws', 'silent', 'good', 'good');
    await pass();
    await due();
    const { results, pending } = await pass();
    expect(results).toMatchObject({ success: 2, failed: 0 });
    expect(results.errors.sort()).toEqual(
      [expect.stringMatching(`${throws}: Error`), expect.stringMatching(`${silent}: transient`)].sort(),
    );
    expect(pending).toBe(2);
  });

  it('counts what is past its deadline as timed out', async () => {
    test = await create({ engineSettings: { ...rarely, deadlineMs: 1 }, script: { renderMs: 60_000 } });
    const [id = ''] = await putInLine('late');
    await pass();
    await due();
    const { results, pending } = await pass();
    expect([results.timedOut, pending]).toEqual([1, 1]);
    expect((await test.system.store.get(id, null))?.video.state).toBe('overdue');
  });

  it('looks at nothing twice within five seconds', async () => {
    test = await create({ script: { renderMs: 60_000 }, engineSettings: rarely });
    await putInLine('slow');
    expect((await pass()).processed).toBe(1);
    expect(await pass()).toMatchObject({ message: 'Sora status polling complete', processed: 0, pending: 1 });
  });

  it('ends with its budget, and the next one goes on', async () => {
    test = await create({ engineSettings: { watchWidth: 2 }, script: { latencyMs: 60, renderMs: 0 } });
    await putInLine(...Array.from({ length: 12 }, () => 'many'));
    const first = await pass('GET', '?budget_ms=100');
    expect(first.pending).toBeGreaterThan(0);
    expect(first.duration).toBeLessThan(1_000);
    await expect.poll(async () => (await pass()).pending, { timeout: 10_000 }).toBe(0);
  });

  it('is made by one at a time; the others are told so', async () => {
    test = await create({ script: { latencyMs: 100 } });
    await putInLine('slow');
    const answers = await Promise.all([pass(), pass('POST'), pass()]);
    const running = answers.filter(({ message }) => message === 'already running');
    expect(running).toHaveLength(2);
    expect(running[0]).toMatchObject({ success: true, processed: 0, pending: 1 });
    expect((await pass()).message).not.toBe('already running');
  });

  it('is taken over where its process died', async () => {
    test = await create();
    await test.system.store.takeTurn('/cron/poll-sora-status', 'dead', -1);
    expect((await pass()).message).toBe('No active generations');
  });
});

/** No look comes by itself while a pass goes on, however long that takes. */
const rarely = { schedule: 60_000 } as const;
/** All looks at what was sent have come. */
const due = () => test.system.store.hint('all', { restMs: 0 });

/** Asked for, and not looked at by the request itself. */
async function putInLine(...prompts: string[]): Promise<string[]> {
  const { lookAt } = test.api;
  test.api.lookAt = async () => {};
  const asked: string[] = [];
  for (const prompt of prompts) asked.push((await test.ask('owner', { prompt })).id);
  test.api.lookAt = lookAt;
  return asked;
}

it('leaves alone what the provider asked us to leave alone', async () => {
  test = await create({ script: { renderMs: 0 } });
  const [id = ''] = await putInLine('rests');
  const claimed = await test.system.store.claimOne(id, null, 1_000);
  if (!claimed || claimed === 'busy') throw new Error(`${id} could not be claimed`);
  const notBefore = new Date(Date.now() + 60_000);
  await test.system.store.saveMoves([move(claimed, 'queued', { next: null, video: { notBefore } })]);
  expect(await pass()).toMatchObject({ processed: 0, pending: 1 });
});
