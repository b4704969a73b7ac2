import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '#api/testing.ts';
import { openMemoryStore } from '#store/memory.ts';

let test: TestApi;
beforeAll(async () => {
  const fal = { kind: 'fal', variable: 'FAL_KEY', key: 'from-variable-0123456789', baseUrl: null };
  test = await createTestApi({ store: openMemoryStore(), found: [fal], engine: false });
});
afterAll(() => test.stop());

const call = async (method: string, body?: object) => {
  const answer = await test.call('admin', method, '/api/settings/fallbacks', body ? { body } : {});
  return { status: answer.status, body: await answer.json() };
};
const offered = (provider: string) => {
  const { catalogue } = test.api.installation.registry;
  return catalogue.models().flatMap((model) => (model.provider === provider ? [model.id] : []));
};

it('are off until somebody switches them on, and hold at once', async () => {
  const { catalogue } = test.api.installation.registry;
  const [from = ''] = offered('fal');
  const models = { [from]: ['simulator/test-pattern'] };
  expect((await call('GET')).body).toEqual({ enabled: false, dearer: false, models: {} });
  expect(await call('PUT', { enabled: true, dearer: false, models })).toMatchObject({ status: 200, body: { models } });
  expect(catalogue.fallbacksOf(from)).toEqual({ to: ['simulator/test-pattern'], dearer: false });
  await call('PUT', { enabled: false, dearer: false, models });
  expect(catalogue.fallbacksOf(from).to).toEqual([]);
});

it('lead from a known model to known ones of other providers', async () => {
  const [from = '', second = ''] = offered('fal');
  const put = (models: object) => call('PUT', { enabled: true, dearer: false, models });
  for (const models of [
    { 'fal/none': ['simulator/test-pattern'] },
    { [from]: ['nobody/none'] },
    { [from]: [second] },
  ]) {
    const { status, body } = await put(models);
    expect([status, body.error?.param]).toEqual([400, `models.${Object.keys(models)[0]}`]);
  }
  expect((await call('PUT', { enabled: true })).status).toBe(400);
});
