import { expect, test, vi } from 'vitest';
import type { StoredCredential, StoredProvider } from '#engine/stored-settings.ts';
import { resolveModel } from '#video/choice.ts';
import { startFakeServer } from './openai/fake-server.ts';
import { createRegistry, nothingStored, type RegistryOptions } from './registry.ts';

const server = (baseUrl: string, key: string | null = null) => ({
  kind: 'openai',
  variable: 'OPENAI_BASE_URL',
  key,
  baseUrl,
});

const make = (options: Partial<RegistryOptions> = {}) =>
  createRegistry({
    found: [],
    simulator: { url: () => 'http://127.0.0.1:1/v1' },
    defaultModel: null,
    allowHosts: [],
    log: { warn: () => undefined },
    ...options,
  });

test('with nothing configured there is the test pattern, and Sora code gets it', () => {
  const { providers, catalogue } = make();
  expect(providers.ids()).toEqual(['simulator']);
  expect(catalogue.defaultModel()).toBe('simulator/test-pattern');
  for (const asked of [
    'sora-2',
    'sora-2-pro',
    'sora-2-2025-10-06',
    'sora-2-2025-12-08',
    'sora-2-pro-2025-10-06',
    undefined,
  ]) {
    expect(resolveModel(catalogue, asked)).toMatchObject({ model: { label: 'Test pattern (free)' }, byAlias: true });
  }
});

test('a configured server is offered, never the default by itself', () => {
  const { providers, catalogue } = make({ found: [server('http://127.0.0.1:1/v1', 'k')] });
  expect(providers.ids()).toEqual(['simulator', 'openai']);
  expect(catalogue.get('openai/default')).toMatchObject({ upstreamModel: null, sizes: null, seconds: null });
  expect(catalogue.defaultModel()).toBe('simulator/test-pattern');
});

test('what the server names is added in the background', async () => {
  const fake = await startFakeServer(() => ({
    body: { object: 'list', data: [{ id: 'Wan-AI/Wan2.2' }, { id: 'x' }] },
  }));
  const { catalogue } = make({ found: [server(`${fake.origin}/v1`, null)] });
  await vi.waitFor(() =>
    expect(catalogue.get('openai/Wan-AI/Wan2.2')).toMatchObject({ upstreamModel: 'Wan-AI/Wan2.2' }),
  );
  expect(catalogue.models().map((model) => model.id)).toEqual([
    'simulator/test-pattern',
    'openai/default',
    'openai/Wan-AI/Wan2.2',
    'openai/x',
  ]);
  expect(fake.asked).toEqual(['GET /v1/models']);
  await fake.close();
});

test('a server that is down holds nothing up, and is said', async () => {
  const warn = vi.fn();
  const { catalogue, refreshModels } = make({
    found: [server('http://127.0.0.1:1/v1', null)],
    log: { warn },
  });
  expect(catalogue.models()).toHaveLength(2);
  await refreshModels(AbortSignal.timeout(5_000));
  expect(warn).toHaveBeenCalled();
});

test('the default may be a model that the server has not named yet', () => {
  const { catalogue } = make({
    found: [server('http://127.0.0.1:1/v1', null)],
    defaultModel: 'openai/wan',
  });
  expect(resolveModel(catalogue, 'sora-2').model).toMatchObject({ id: 'openai/wan', upstreamModel: 'wan' });
});

test('a default that nobody offers is refused with the variable and what there is', () => {
  expect(() => make({ defaultModel: 'openai/default' })).toThrow(
    /DAILIES_DEFAULT_MODEL .* known: simulator\/test-pattern/,
  );
});

test('a simulator that is not running is no error of ours', async () => {
  const { providers } = make({
    simulator: {
      url: () => {
        throw new Error('the simulator is not running');
      },
    },
  });
  const simulator = providers.get('simulator');
  const signal = AbortSignal.timeout(5_000);
  const request = { model: null, prompt: 'a', seconds: 4, size: '320x180', seed: null, settings: {}, inputs: [] };
  expect(await simulator?.start(request, { key: 'attempt_1', signal, webhookUrl: null })).toMatchObject({
    kind: 'unsent',
  });
  expect(await simulator?.check({ id: 'video_1' }, signal)).toMatchObject({ kind: 'no_answer', why: 'transient' });
  expect(await simulator?.probe(signal)).toBe(false);
  await expect(simulator?.open({ id: 'video_1' }, 'clip', signal)).rejects.toMatchObject({ reason: 'transient' });
});

test('what an operator allows reaches the provider, and limits of nobody are said', () => {
  const { providers } = make({ limits: { simulator: { slots: 2, requestsPerMinute: 30 } } });
  expect(providers.get('simulator')?.capabilities).toMatchObject({
    slots: 2,
    requestsPerMinute: 30,
    deduplicates: true,
  });
  const warn = vi.fn();
  make({ limits: { opnai: { slots: 2, requestsPerMinute: null } }, log: { warn } });
  expect(warn).toHaveBeenCalledWith({ provider: 'opnai' }, expect.stringContaining('DAILIES_LIMITS'));
});

const credential = (id: string, key: string | null, more: Partial<StoredCredential> = {}): StoredCredential => ({
  id,
  key,
  baseUrl: null,
  unreadable: false,
  createdAt: new Date(0),
  retiredAt: null,
  ...more,
});
const stored = (id: string, kind: string, credentials: StoredCredential[]): StoredProvider => ({
  id,
  kind,
  name: null,
  personality: null,
  slots: null,
  requestsPerMinute: null,
  enabled: true,
  credentials,
});
const settings = (...providers: StoredProvider[]) => ({ ...nothingStored, providers });
const falKey = { kind: 'fal', variable: 'FAL_KEY', key: 'from-variable', baseUrl: null };

test('settings take effect at once, and what is removed is gone', () => {
  const registry = make();
  registry.apply(settings(stored('fal', 'fal', [credential('cred_1', 'k')])));
  expect(registry.providers.ids()).toEqual(['simulator', 'fal']);
  expect(registry.catalogue.models().filter(({ provider }) => provider === 'fal').length).toBeGreaterThan(0);
  expect(registry.catalogue.defaultModel()).toBe('simulator/test-pattern');
  registry.apply(nothingStored);
  expect(registry.providers.ids()).toEqual(['simulator']);
  expect(registry.providers.get('fal', 'cred_1')).toBe(undefined);
});

test('several servers stand side by side, each with its own address and name', () => {
  const registry = make();
  const at = (id: string, port: number) =>
    stored(id, 'openai', [credential(`cred_${id}`, null, { baseUrl: `http://127.0.0.1:${port}/v1` })]);
  registry.apply(settings({ ...at('wan', 1), name: 'Wan box' }, at('ltx', 2)));
  expect(registry.providers.ids()).toEqual(['simulator', 'wan', 'ltx']);
  expect(['wan', 'ltx', 'gone'].map(registry.providers.name)).toEqual(['Wan box', 'ltx', 'gone']);
  expect(registry.catalogue.get('wan/default')).toMatchObject({
    provider: 'wan',
    upstreamModel: null,
    label: 'The default of Wan box',
  });
});

test('a job keeps the key that it was sent with, and gets the present one when that is gone', () => {
  const registry = make({ found: [falKey] });
  expect(registry.providers.get('fal')?.credentialId).toBe('env:FAL_KEY');
  const old = credential('cred_1', 'old', { retiredAt: new Date(0) });
  registry.apply(settings(stored('fal', 'fal', [credential('cred_2', 'new'), old])));
  const keyOf = (id?: string) => registry.providers.get('fal', id)?.credentialId;
  expect(keyOf()).toBe('cred_2');
  expect(keyOf('cred_1')).toBe('cred_1');
  expect(keyOf('env:FAL_KEY')).toBe('env:FAL_KEY');
  expect(keyOf('cred_0')).toBe('cred_2');
  registry.apply(settings(stored('fal', 'fal', [credential('cred_2', 'new')])));
  expect(keyOf('cred_1')).toBe('cred_2');
});

test('what a provider remembers outlives a change of other settings', () => {
  const registry = make({ found: [falKey] });
  const before = registry.providers.get('fal');
  registry.apply({ ...nothingStored, aliases: { fast: 'simulator/test-pattern' } });
  expect(registry.providers.get('fal')).toBe(before);
});

test('a key that cannot be read is not silently replaced by another one', () => {
  const registry = make({ found: [falKey] });
  registry.apply(settings(stored('fal', 'fal', [credential('cred_1', null, { unreadable: true })])));
  expect(registry.instances()).toMatchObject([{ id: 'fal', state: 'key_unreadable' }]);
  expect(registry.providers.ids()).toEqual(['simulator']);
});

test('a key from a variable never goes to an address that was given for another one', () => {
  const registry = make({ found: [server('http://127.0.0.1:1/v1', 'from-variable')] });
  registry.apply(
    settings(stored('openai', 'openai', [credential('cred_1', null, { baseUrl: 'http://127.0.0.1:2/v1' })])),
  );
  expect(registry.instances()).toMatchObject([
    { present: { key: null, baseUrl: 'http://127.0.0.1:2/v1' }, others: [{ baseUrl: 'http://127.0.0.1:1/v1' }] },
  ]);
});

test('a provider that is off offers no models, and its jobs are watched on', () => {
  const registry = make();
  registry.apply(settings({ ...stored('fal', 'fal', [credential('cred_1', 'k')]), enabled: false }));
  expect(registry.instances()).toMatchObject([{ state: 'off' }]);
  expect(registry.providers.ids()).toEqual(['simulator', 'fal']);
  expect(registry.catalogue.models().map(({ provider }) => provider)).toEqual(['simulator']);
});

test('the variable wins over the stored default, and that is said', () => {
  const chosen = { ...nothingStored, defaultModel: 'openai/wan' };
  const found = [server('http://127.0.0.1:1/v1')];
  expect(make({ found, stored: chosen }).defaultModel()).toEqual({ id: 'openai/wan', from: 'stored', overruled: null });
  expect(make({ found, stored: chosen, defaultModel: 'openai/default' }).defaultModel()).toEqual({
    id: 'openai/default',
    from: 'env',
    overruled: 'openai/wan',
  });
  expect(make().defaultModel()).toMatchObject({ from: 'built_in' });
});

test('aliases are what people say, and names of Sora code else mean the default', () => {
  const registry = make();
  registry.apply({ ...nothingStored, aliases: { 'sora-2-pro': 'simulator/test-pattern', fast: 'fal/x' } });
  expect(registry.catalogue.aliases()).toMatchObject({ 'sora-2': 'simulator/test-pattern', fast: 'fal/x' });
});

test('fallbacks are followed only where somebody switched them on', () => {
  const registry = make();
  const models = { 'a/b': ['c/d'] };
  registry.apply({ ...nothingStored, fallbacks: { enabled: false, dearer: true, models } });
  expect(registry.catalogue.fallbacksOf('a/b').to).toEqual([]);
  registry.apply({ ...nothingStored, fallbacks: { enabled: true, dearer: true, models } });
  expect(registry.catalogue.fallbacksOf('a/b')).toEqual({ to: ['c/d'], dearer: true });
  expect(registry.catalogue.fallbacksOf('c/d').to).toEqual([]);
});
