import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '#api/testing.ts';
import { startFakeServer } from '#providers/openai/fake-server.ts';
import { openMemoryStore } from '#store/memory.ts';
import type { Aliases, ProviderSettings, ProvidersSettings } from './wire.ts';

const secret = 'a-key-of-our-own-0123456789-tail';
const found = [{ kind: 'fal', variable: 'FAL_KEY', key: 'from-variable-0123456789', baseUrl: null }];

let fake: Awaited<ReturnType<typeof startFakeServer>>;
let answer: { status?: number; body: object } = { body: { data: [] } };
let test: TestApi;
beforeAll(async () => {
  fake = await startFakeServer(() => answer);
  test = await createTestApi({ store: openMemoryStore(), found, engine: false });
});
afterAll(async () => {
  await test.stop();
  await fake.close();
});

async function call<T>(method: string, path: string, body?: object): Promise<T & { status: number }> {
  const reply = await test.call('admin', method, `/api/settings${path}`, body ? { body } : {});
  const text = await reply.text();
  expect(text).not.toContain(secret);
  expect(text).not.toContain(found[0]?.key);
  return { ...JSON.parse(text), status: reply.status };
}
type Refusal = { error: { code: string; param: string | null; message: string } };
type Saved = { provider: ProviderSettings; note: string | null };
const put = (id: string, body: object) => call<Saved & Refusal>('PUT', `/providers/${id}`, body);
const own = () => ({ kind: 'openai', base_url: `${fake.origin}/v1` });

describe('providers', () => {
  it('lists what variables name, what can be added, and the default', async () => {
    const view = await call<ProvidersSettings>('GET', '/providers');
    expect(view.providers).toMatchObject([
      {
        id: 'fal',
        name: 'fal',
        state: 'ready',
        key: { from: 'env:FAL_KEY', hint: '6789', since: null },
        removable: false,
        default: false,
        free_test: true,
        host: null,
      },
    ]);
    expect(view.kinds.find(({ kind }) => kind === 'openai')).toMatchObject({ needs_base_url: true, keys_page: null });
    expect(view.kinds.find(({ kind }) => kind === 'fal')).toMatchObject({ needs_base_url: false });
    expect(view.default_model).toEqual({
      id: 'simulator/test-pattern',
      label: 'Test pattern (free)',
      from: 'built_in',
      overruled: null,
      available: true,
    });
  });

  it('sets a server up, shows of its key four characters and of its address the host, and removes it', async () => {
    const { provider, note } = await put('wan', { ...own(), name: 'Wan box', key: secret, slots: 2 });
    expect(provider).toMatchObject({
      name: 'Wan box',
      state: 'ready',
      key: { from: 'stored', hint: 'tail' },
      host: new URL(fake.origin).host,
      slots: 2,
      models: 1,
    });
    expect(note).toContain('Nothing is spent');
    expect((await put('wan', { kind: 'openai', name: 'Wan' })).provider).toMatchObject({ name: 'Wan', slots: 2 });
    expect((await call<{ provider: null }>('DELETE', '/providers/wan')).provider).toBe(null);
    expect((await call('DELETE', '/providers/wan')).status).toBe(404);
  });

  it('sends a key nowhere but where it was given for', async () => {
    await put('wan', { ...own(), key: secret });
    const moved = { kind: 'openai', base_url: 'http://127.0.0.1:1/v1' };
    expect(await put('wan', moved)).toMatchObject({ status: 400, error: { param: 'key' } });
    expect((await put('wan', { ...moved, key: null })).provider).toMatchObject({ key: null, retired_keys: 1 });
    await call('DELETE', '/providers/wan');
  });

  it.each([
    ['wan', { kind: 'opnai', base_url: 'http://127.0.0.1:1/v1' }, 'kind', 'kind must be one of fal, '],
    ['wan', { kind: 'openai' }, 'base_url', 'base_url is needed'],
    ['wan', { kind: 'openai', base_url: 'ftp://a' }, 'base_url', 'http:// or https://'],
    ['wan', { kind: 'openai', base_url: 'http://u:p@a' }, 'base_url', 'user name or password'],
    ['wan', { kind: 'openai', base_url: 'http://a', personality: 'x' }, 'personality', 'personality must be one of'],
    ['xai', { kind: 'openai', base_url: 'http://a' }, 'id', 'name of another kind'],
    ['fal', { kind: 'fal', base_url: 'http://127.0.0.1:1', key: null }, 'key', 'a key is needed'],
    ['fal', { kind: 'fal', key: 'two words' }, 'key', 'must be a key'],
    ['simulator', { kind: 'openai', base_url: 'http://a' }, 'id', 'built-in test pattern'],
    ['Wan', { kind: 'openai', base_url: 'http://a' }, 'id', 'lower-case name'],
  ])('refuses %s as %j, and names the field', async (id, body, param, message) => {
    const refusal = await put(id, body);
    expect(refusal).toMatchObject({ status: 400, error: { param } });
    expect(refusal.error.message).toContain(message);
  });

  it('lets a pasted key stand before that of a variable, which comes back when it is removed', async () => {
    expect((await put('fal', { kind: 'fal', key: secret })).provider.key).toMatchObject({ from: 'stored' });
    const removed = await call<{ provider: ProviderSettings; note: string }>('DELETE', '/providers/fal');
    expect(removed.provider.key).toMatchObject({ from: 'env:FAL_KEY' });
    expect(removed.note).toContain('FAL_KEY');
    expect(await call('DELETE', '/providers/fal')).toMatchObject({ status: 409, error: { code: 'from_environment' } });
  });
});

describe('a test', () => {
  it.each([
    [{ body: { data: [] } }, 'ok', 'takes the key'],
    [{ status: 401, body: { error: { message: `wrong key ${secret}` } } }, 'key_refused', 'The key was refused.'],
    [{ status: 503, body: { error: { message: 'busy' } } }, 'not_reachable', 'HTTP 503'],
    [{ status: 429, body: { error: { message: 'slow down' } } }, 'rate_limited', 'slow down'],
  ])('says what came of it: %j', async (reply, outcome, message) => {
    answer = reply;
    await put('tested', { ...own(), key: secret });
    const result = await call<{ message: string }>('POST', '/providers/tested/test', {});
    expect(result).toMatchObject({ status: 200, outcome });
    expect(result.message).toContain(message);
    const { providers } = await call<ProvidersSettings>('GET', '/providers');
    const { last_test } = providers.find(({ id }) => id === 'tested') ?? {};
    expect(last_test).toMatchObject({ ok: outcome === 'ok', message: result.message });
  });

  it('is free: nothing is ever posted, and six a minute are enough', async () => {
    expect(fake.asked.filter((one) => !one.startsWith('GET '))).toEqual([]);
    answer = { body: { data: [] } };
    expect((await put('tested', { ...own(), key: `${secret}-another` })).provider.last_test).toBeNull();
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await call('POST', '/providers/tested/test', {})).status);
    expect(statuses).toEqual([200, 200, 429, 429]);
  });

  it('is not made where nobody answers, or there is no provider', async () => {
    await put('down', { kind: 'openai', base_url: 'http://127.0.0.1:1/v1' });
    expect(await call('POST', '/providers/down/test', {})).toMatchObject({ outcome: 'not_reachable' });
    expect((await call('POST', '/providers/nobody/test', {})).status).toBe(404);
  });
});

describe('choices', () => {
  it('makes a model the default, and the test pattern again', async () => {
    await put('wan', own());
    const chosen = await call<object>('PUT', '/default-model', { model: 'wan/default' });
    expect(chosen).toMatchObject({ default_model: { id: 'wan/default', from: 'stored', available: true }, note: null });
    const view = await call<ProvidersSettings>('GET', '/providers');
    expect(view.providers.find(({ id }) => id === 'wan')).toMatchObject({ default: true });
    expect(await call('PUT', '/default-model', { model: 'wan2/x' })).toMatchObject({
      status: 400,
      error: { param: 'model' },
    });
    expect(await call('PUT', '/default-model', { model: null })).toMatchObject({ default_model: { from: 'built_in' } });
  });

  it('lists built-in aliases, and replaces the stored ones', async () => {
    const put = (aliases: object) => call<Aliases & Refusal>('PUT', '/aliases', { aliases });
    const named = async (name: string) => {
      const { aliases } = await call<Aliases>('GET', '/aliases');
      return aliases.find((one) => one.name === name);
    };
    expect(await named('sora-2')).toMatchObject({ model: 'simulator/test-pattern', from: 'built_in' });
    await put({ 'sora-2': 'fal/none' }).then((refusal) => expect(refusal.error.param).toBe('aliases.sora-2'));
    await put({ 'sora-2': 'wan/default', quick: 'simulator/test-pattern' });
    expect(await named('sora-2')).toMatchObject({ model: 'wan/default', from: 'stored', available: true });
    expect(await named('quick')).toMatchObject({ model: 'simulator/test-pattern' });
    await put({});
    expect(await named('sora-2')).toMatchObject({ from: 'built_in' });
    expect(await put({ 'a/b': 'wan/default' })).toMatchObject({ status: 400 });
  });
});

it('warns before a provider with open videos is removed, and does it when forced', async () => {
  const store = openMemoryStore();
  const busy = await createTestApi({ store, engine: false });
  const settings = (method: string, path: string, body?: object) =>
    busy.call('admin', method, `/api/settings/providers/fake${path}`, body ? { body } : {});
  await settings('PUT', '', own());
  await busy.ask('owner');
  const refused = await settings('DELETE', '');
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({ error: { code: 'open_videos', open_videos: 1 } });
  const removed = (await (await settings('DELETE', '?force=true')).json()) as { note: string };
  expect(removed.note).toContain('Its videos wait');
  await busy.stop();
});
