import { afterEach, describe, expect, it, vi } from 'vitest';
import { type As, createTestApi, type TestApi } from '#api/testing.ts';
import type { VideoView } from '#api/wire.ts';
import { openMemoryStore } from '#store/memory.ts';
import type { LimitsView, Usage } from './wire.ts';

let test: TestApi;
afterEach(() => test.stop());

/** Clips at 50 cents a second; the provider's own bill says 1.80 dollars. */
async function open(options: { capUsd?: number | null; engine?: boolean; perSecondUsd?: number | null } = {}) {
  const { capUsd = 10, engine = false, perSecondUsd = 0.5 } = options;
  const dailyCapMicroUsd = capUsd === null ? null : capUsd * 1_000_000;
  const check = () => ({ kind: 'completed' as const, renderMs: null, costMicroUsd: 1_800_000, raw: null });
  test = await createTestApi({ store: openMemoryStore({ dailyCapMicroUsd }), engine, script: { check } });
  const [model] = test.system.catalogue.models();
  if (!model) throw new Error('no model');
  const price = perSecondUsd === null ? null : { perSecondUsd, source: 'https://example.com', asOf: '2026-11-01' };
  vi.spyOn(test.system.catalogue, 'get').mockImplementation((id) =>
    id === model.id ? { ...model, price } : undefined,
  );
  vi.spyOn(test.system.catalogue, 'models').mockReturnValue([{ ...model, price }]);
}

const create = (body: object = {}, as: As = 'owner') =>
  test.call(as, 'POST', '/api/videos', { body: { prompt: 'a fox', ...body } });
const errorOf = async (answer: Response) => ((await answer.json()) as { error: Record<string, unknown> }).error;
const get = async <T>(as: As, path: string) => (await (await test.call(as, 'GET', path)).json()) as T;
const patch = (as: As, body: object) => test.call(as, 'PATCH', '/api/limits', { body });

describe('a clip', () => {
  it('says what it is expected to cost, then what it cost and who says so', async () => {
    await open({ engine: true });
    const asked = await test.ask('owner');
    expect(asked.cost).toMatchObject({ estimate_usd: 2, known: true });
    await test.until(asked.id, 'completed');
    const done = await get<VideoView>('owner', `/api/videos/${asked.id}`);
    expect(done.cost).toEqual({
      estimate_usd: 2,
      actual_usd: 1.8,
      source: 'provider',
      may_be_billed: false,
      known: true,
    });
    expect(done.receipt).toMatchObject({ paid_usd: 1.8, paid_source: 'provider', may_be_billed: false });
  });

  it('without a known price says so, and fits under any cap', async () => {
    await open({ capUsd: 0, perSecondUsd: null });
    const asked = await test.ask('owner', { max_cost_usd: 1 });
    expect(asked.cost).toEqual({
      estimate_usd: null,
      actual_usd: null,
      source: null,
      may_be_billed: false,
      known: false,
    });
    expect(asked.warnings).toEqual(['the price of fake/model is not known: max_cost_usd could not be checked']);
  });

  it('whose model has a price is told with it', async () => {
    await open();
    const { models } = await get<{ models: { price: object }[] }>('owner', '/api/models');
    expect(models[0]?.price).toEqual({
      per_second_usd: 0.5,
      per_clip_usd: null,
      source: 'https://example.com',
      as_of: '2026-11-01',
    });
  });
});

describe('an expensive wish', () => {
  it('is asked about first, and nothing is written until it is agreed to', async () => {
    await open({ capUsd: null });
    const refused = await create({ count: 3 });
    expect(refused.status).toBe(402);
    expect(await errorOf(refused)).toMatchObject({ code: 'confirm_cost', param: 'max_cost_usd', cost_usd: 6 });
    expect((await create({ count: 3, max_cost_usd: 5.99 })).status).toBe(402);
    expect(await test.system.store.count(null)).toEqual({});
    expect((await create({ count: 3, max_cost_usd: 6 })).status).toBe(202);
  });

  it('of less than five dollars is asked about only by who says so', async () => {
    await open({ capUsd: null });
    expect((await create({ count: 2 })).status).toBe(202);
    const refused = await create({ count: 2, max_cost_usd: 3.99 });
    expect([refused.status, (await errorOf(refused)).message]).toEqual([
      402,
      'this is estimated to cost $4.00, more than your max_cost_usd of $3.99',
    ]);
  });
});

describe('the daily cap', () => {
  it('refuses what goes over it: nothing is written, nothing sent', async () => {
    await open({ capUsd: 5 });
    expect((await create({ count: 2 })).status).toBe(202);
    const refused = await create();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('x-should-retry')).toBe('false');
    const error = await errorOf(refused);
    expect(error).toMatchObject({
      type: 'rate_limit_error',
      code: 'budget_exceeded',
      cap_usd: 5,
      spent_usd: 4,
      cost_usd: 2,
    });
    expect(error.message).toContain('$4.00 of the daily cap of $5.00 are spent or reserved');
    expect(await test.system.store.count(null)).toEqual({ queued: 2 });
    expect((await create({}, 'other')).status).toBe(202);
  });

  it('binds a retry by hand too', async () => {
    await open({ capUsd: 3 });
    const { id } = await test.ask('owner');
    await test.call('owner', 'POST', `/api/videos/${id}/cancel`, { body: {} });
    expect((await create()).status).toBe(202);
    const refused = await test.call('owner', 'POST', `/api/videos/${id}/retry`, { body: {} });
    expect([refused.status, (await errorOf(refused)).code]).toEqual([429, 'budget_exceeded']);
    expect((await get<VideoView>('owner', `/api/videos/${id}`)).state).toBe('canceled');
    await patch('admin', { daily_cap_usd: 4 });
    expect((await test.call('owner', 'POST', `/api/videos/${id}/retry`, { body: {} })).status).toBe(200);
  });

  it('is shown to its owner, and changed by an admin alone', async () => {
    await open({ capUsd: 5 });
    await test.ask('owner');
    const shown = await get<LimitsView>('owner', '/api/limits');
    expect(shown).toMatchObject({
      owner: 'owner',
      daily_cap_usd: 5,
      own: false,
      default_daily_cap_usd: 5,
      budget: { cap_usd: 5, spent_usd: 2, left_usd: 3 },
      confirm_above_usd: 5,
      owners: [],
    });
    expect((await patch('owner', { daily_cap_usd: 100 })).status).toBe(403);
    expect((await patch('key', { daily_cap_usd: 100 })).status).toBe(403);
    expect((await test.call('owner', 'GET', '/api/limits?owner=other')).status).toBe(403);

    const raised = (await (await patch('admin', { owner: 'owner', daily_cap_usd: 20 })).json()) as LimitsView;
    expect(raised).toMatchObject({ owner: 'owner', daily_cap_usd: 20, own: true, default_daily_cap_usd: 5 });
    expect(raised.owners).toEqual([{ owner: 'owner', daily_cap_usd: 20 }]);
    await patch('admin', { daily_cap_usd: null });
    expect(await get<LimitsView>('other', '/api/limits')).toMatchObject({ daily_cap_usd: null, own: false });
    const back = (await (await patch('admin', { owner: 'owner', daily_cap_usd: 'default' })).json()) as LimitsView;
    expect(back).toMatchObject({ daily_cap_usd: null, own: false, budget: { left_usd: null } });
    const { events } = await get<{ events: { text: string }[] }>('admin', '/api/admin/audit?type=cap_changed');
    expect(events.at(-1)?.text).toBe('The daily cap of owner is now $20.');
  });

  it.each([
    { daily_cap_usd: -1 },
    { daily_cap_usd: '5' },
    { daily_cap_usd: 'default' },
    { owner: '', daily_cap_usd: 1 },
    {},
  ])('cannot be %j', async (body) => {
    await open();
    const refused = await patch('admin', body);
    expect([refused.status, (await errorOf(refused)).code]).toEqual([400, 'invalid_field']);
  });
});

describe('usage', () => {
  it('is told by day and model, estimate beside actual', async () => {
    await open({ engine: true });
    await test.done('owner');
    await test.system.store.setPaused('fake', true, { type: 'system' });
    await test.ask('owner');
    await test.ask('other');
    const usage = await get<Usage>('owner', '/api/usage?days=7');
    const spend = {
      submissions: 2,
      unpriced: 0,
      estimate_usd: 2,
      actual_usd: 1.8,
      by_estimate_usd: 0,
      reserved_usd: 2,
    };
    expect(usage).toMatchObject({ owner: 'owner', total: spend, models: [{ model: 'fake/model', ...spend }] });
    expect(usage.days).toHaveLength(7);
    expect(usage.days.at(-1)).toEqual({ day: usage.to, ...spend });
    expect(usage.days[0]).toMatchObject({ day: usage.from, submissions: 0, actual_usd: 0 });
    expect(usage.budget).toMatchObject({ cap_usd: 10, spent_usd: 3.8, left_usd: 6.2 });

    const all = await get<Usage>('admin', '/api/usage');
    expect(all).toMatchObject({ owner: null, budget: null, total: { submissions: 3, reserved_usd: 4 } });
    expect(all.days).toHaveLength(30);
    expect((await get<Usage>('admin', '/api/usage?owner=other')).total.submissions).toBe(1);
    expect((await test.call('owner', 'GET', '/api/usage?owner=other')).status).toBe(403);
  });

  it('is a download too', async () => {
    await open();
    await test.ask('owner');
    const answer = await test.call('owner', 'GET', '/api/usage?days=1&format=csv');
    const day = new Date().toISOString().slice(0, 10);
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="dailies-usage-${day}-to-${day}.csv"`);
    expect(await answer.text()).toBe(
      'day,model,submissions,unpriced,estimate_usd,actual_usd,by_estimate_usd,reserved_usd\r\n' +
        `${day},fake/model,1,0,0,0,0,2\r\n`,
    );
  });

  it.each(['days=0', 'days=367', 'days=x', 'format=xls', 'month=5'])('refuses %s', async (query) => {
    await open();
    expect((await test.call('owner', 'GET', `/api/usage?${query}`)).status).toBe(400);
  });
});
