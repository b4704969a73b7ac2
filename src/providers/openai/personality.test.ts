import { afterEach, describe, expect, test } from 'vitest';
import { createSafeFetch } from '#net/safe-fetch.ts';
import { startFakeServer } from './fake-server.ts';
import { ownServer } from './kind.ts';
import { choices, personalityOf } from './personality.ts';
import { createOpenAIProvider } from './provider.ts';

const id = 'video_1';
const signal = AbortSignal.timeout(10_000);
const capable = { ...ownServer, deduplicates: true };
const request = { model: null, prompt: 'a fox', seconds: 4, size: '320x180', seed: null, settings: {}, inputs: [] };

let server: Awaited<ReturnType<typeof startFakeServer>>;
afterEach(() => server.close());

/** A server that has one job, and a provider that takes it for what it is said to be. */
async function speak(personality: string | null, query = '') {
  server = await startFakeServer(() => ({ body: { id, object: 'video', status: 'completed' } }));
  return createOpenAIProvider({
    id: 'openai',
    baseUrl: `${server.origin}/v1${query}`,
    apiKey: 'canary',
    fetch: createSafeFetch({ allowHosts: ['127.0.0.1'] }),
    capabilities: capable,
    personality: personalityOf(personality),
  });
}

describe.each(choices)('$label', ({ id: name }) => {
  const personality = personalityOf(name);

  test('gets its creates in its encoding, and its key in its place', async () => {
    const provider = await speak(name);
    await provider.start(request, { key: 'attempt_1', signal, webhookUrl: null });
    const { headers, url } = server.requests[0] ?? { headers: {} };
    const key = name === 'azure' ? { 'api-key': 'canary' } : { authorization: 'Bearer canary' };
    expect(headers).toMatchObject({ ...key, 'idempotency-key': 'attempt_1' });
    expect(Object.keys(headers)).not.toContain(name === 'azure' ? 'authorization' : 'api-key');
    expect(headers['content-type']).toMatch(name === 'llmgateway' ? 'application/json' : 'multipart/form-data');
    expect(url).toBe(`/v1/videos${name === 'azure' ? '?api-version=preview' : ''}`);
  });

  test('is asked only for what it has', async () => {
    const provider = await speak(name);
    expect(provider.capabilities).toMatchObject({ lists: personality.lists, cancels: personality.cancels });
    expect([provider.list !== undefined, provider.cancel !== undefined]).toEqual([
      personality.lists,
      personality.cancels,
    ]);
  });
});

test('a query of the base URL stands behind every path, before that of the personality', async () => {
  const provider = await speak('azure', '?api-version=2026-10-01');
  await provider.check({ id }, signal);
  await provider.list?.(new Date(0), signal);
  expect(server.asked).toEqual([
    'GET /v1/videos/video_1?api-version=2026-10-01',
    'GET /v1/videos?order=desc&limit=100&api-version=2026-10-01',
  ]);
});

test('a name that nobody knows is a server of which nothing is known', async () => {
  const provider = await speak('a server of 2031');
  await provider.check({ id }, signal);
  expect(server.asked).toEqual(['GET /v1/videos/video_1']);
});
