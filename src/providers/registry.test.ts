import { expect, test, vi } from 'vitest';
import { resolveModel } from '#video/choice.ts';
import { startFakeServer } from './openai/fake-server.ts';
import { createRegistry, type RegistryOptions } from './registry.ts';

const make = (options: Partial<RegistryOptions> = {}) =>
  createRegistry({
    openai: null,
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
  const { providers, catalogue } = make({ openai: { baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'k' } });
  expect(providers.ids()).toEqual(['simulator', 'openai']);
  expect(catalogue.get('openai/default')).toMatchObject({ upstreamModel: null, sizes: null, seconds: null });
  expect(catalogue.defaultModel()).toBe('simulator/test-pattern');
});

test('what the server names is added in the background', async () => {
  const server = await startFakeServer(() => ({
    body: { object: 'list', data: [{ id: 'Wan-AI/Wan2.2' }, { id: 'x' }] },
  }));
  const { catalogue } = make({ openai: { baseUrl: `${server.origin}/v1`, apiKey: null } });
  await vi.waitFor(() =>
    expect(catalogue.get('openai/Wan-AI/Wan2.2')).toMatchObject({ upstreamModel: 'Wan-AI/Wan2.2' }),
  );
  expect(catalogue.models().map((model) => model.id)).toEqual([
    'simulator/test-pattern',
    'openai/default',
    'openai/Wan-AI/Wan2.2',
    'openai/x',
  ]);
  expect(server.asked).toEqual(['GET /v1/models']);
  await server.close();
});

test('a server that is down holds nothing up, and is said', async () => {
  const warn = vi.fn();
  const { catalogue, refreshModels } = make({
    openai: { baseUrl: 'http://127.0.0.1:1/v1', apiKey: null },
    log: { warn },
  });
  expect(catalogue.models()).toHaveLength(2);
  await refreshModels(AbortSignal.timeout(5_000));
  expect(warn).toHaveBeenCalled();
});

test('the default may be a model that the server has not named yet', () => {
  const { catalogue } = make({
    openai: { baseUrl: 'http://127.0.0.1:1/v1', apiKey: null },
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
  expect(await simulator?.start(request, 'attempt_1', signal)).toMatchObject({ kind: 'unsent' });
  expect(await simulator?.check({ id: 'video_1' }, signal)).toMatchObject({ kind: 'no_answer', why: 'transient' });
  expect(await simulator?.probe(signal)).toBe(false);
  await expect(simulator?.open({ id: 'video_1' }, 'clip', signal)).rejects.toMatchObject({ reason: 'transient' });
});

test('what an operator allows reaches the provider, and limits of nobody are refused', () => {
  const { providers } = make({ limits: { simulator: { slots: 2, requestsPerMinute: 30 } } });
  expect(providers.get('simulator')?.capabilities).toMatchObject({
    slots: 2,
    requestsPerMinute: 30,
    deduplicates: true,
  });
  expect(() => make({ limits: { opnai: { slots: 2, requestsPerMinute: null } } })).toThrow(
    'DAILIES_LIMITS names "opnai"; configured are simulator',
  );
});
