import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '#api/testing.ts';
import { createSafeFetch } from '#net/safe-fetch.ts';
import { waysInside } from '#net/testing.ts';
import { createWebhooks } from '#notify/webhooks.ts';
import { setupFor } from '#providers/ai-sdk/testing.ts';
import { createRedact } from '#providers/answers/redact.ts';
import { fal } from '#providers/fal/kind.ts';
import { open as openResult } from '#providers/openai/download.ts';
import { openMemoryStore } from '#store/memory.ts';

// Every place that fetches what a stranger wrote, with every way to write an address inside: directly, and by a redirect.

/** What a listener was asked, beside what it answers. */
type Counted = { port: number; hits: number; server: Server };
const signal = AbortSignal.timeout(60_000);
const video = (url: string) => ({ id: 'video_1', object: 'video', status: 'completed', url });

let inside: Counted;
let outside: Counted;
let bad = '';
let test: TestApi;
beforeAll(async () => {
  inside = await listen((_request, response) => response.end('secret'));
  // A server that may be asked: what it says, and where it sends to, is hostile.
  outside = await listen((request, response) => {
    const path = request.url ?? '';
    if (path.startsWith('/redirect')) return response.writeHead(302, { location: bad }).end();
    if (path.startsWith('/v1/videos/')) return json(response, video(bad));
    if (path.endsWith('/status')) return json(response, { status: 'COMPLETED', request_id: 'req_1' });
    return json(response, { video: { url: bad } });
  });
  test = await createTestApi({ store: openMemoryStore(), engine: false });
  test.api.fetchUntrusted = guarded();
});
afterAll(async () => {
  await test.stop();
  for (const { server } of [inside, outside]) server.close();
});
beforeEach(() => {
  inside.hits = 0;
  outside.hits = 0;
});

/** As boot makes it, with the server outside for a host of one's own, and names that all lead inside. */
function guarded() {
  return createSafeFetch({
    allowHosts: [`127.0.0.1:${outside.port}`],
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  });
}

/** Each answers what came of it; none may have reached the server inside. */
const places: Record<string, (url: string) => Promise<string>> = {
  'a reference file by its URL': async (url) => said(await test.call('owner', 'POST', '/api/files', { body: { url } })),
  'an input of a take': async (url) =>
    said(await test.call('owner', 'POST', '/api/videos', { body: { prompt: 'x', inputs: [url] } })),
  'an input_reference of /v1': async (url) => {
    const body = { prompt: 'x', size: '320x180', seconds: '4', input_reference: { image_url: url } };
    return said(await test.call('owner', 'POST', '/v1/videos', { body }));
  },
  'where a server of /v1/videos says that the clip lies': async (url) => {
    bad = url;
    const connection = {
      baseUrl: `http://127.0.0.1:${outside.port}/v1`,
      apiKey: null,
      fetch: guarded(),
      redact: createRedact([]),
      timeoutMs: 5_000,
    };
    return refused(openResult(connection, 'video_1', 'clip', signal));
  },
  'where a hosted provider says that the clip lies': async (url) => {
    bad = url;
    const provider = fal.create(setupFor(`http://127.0.0.1:${outside.port}`));
    return refused(provider.open({ id: 'req_1', app: 'fal-ai/veo3' }, 'clip', signal));
  },
  'a webhook of the user': async (url) => {
    const { send } = createWebhooks({ fetch: guarded(), userAgent: 'x', clock: test.system.clock } as never);
    const secrets = [`whsec_${Buffer.alloc(24).toString('base64')}`];
    const tried = await send({
      eventId: 'evt_1',
      type: 'webhook.test',
      data: {},
      at: new Date(),
      url,
      secrets,
      videoId: null,
    });
    return tried.error ?? '';
  },
};

describe.each(Object.entries(places))('%s', (_name, visit) => {
  it.each(waysInside)('is not fetched from %s', async (host) => {
    const error = await visit(`http://${host}:${inside.port}/latest?key=canary`);
    expect(error).toMatch(/not fetched|not sent|could not be fetched|broke off/);
    expect(error).not.toMatch(/canary|secret/);
    expect(inside.hits).toBe(0);
  });
});

describe.each(Object.entries(places).filter(([name]) => !name.includes('says')))(
  '%s, by a redirect',
  (_name, visit) => {
    it.each(waysInside)('is not fetched from %s', async (host) => {
      bad = `http://${host}:${inside.port}/latest?key=canary`;
      const error = await visit(`http://127.0.0.1:${outside.port}/redirect`);
      expect(error).not.toMatch(/canary|secret/);
      expect(error).not.toBe('');
      expect([outside.hits, inside.hits]).toEqual([1, 0]);
    });
  },
);

async function said(answer: Response): Promise<string> {
  const text = await answer.text();
  expect(answer.status, text).toBe(400);
  return text;
}

const refused = (opening: Promise<unknown>): Promise<string> =>
  opening.then(
    () => Promise.reject(new Error('it was opened')),
    (error: Error) => error.message,
  );

async function listen(listener: (...args: Parameters<RequestListener>) => unknown): Promise<Counted> {
  const server = createServer((request, response) => {
    counted.hits++;
    listener(request, response);
  });
  const counted: Counted = { port: 0, hits: 0, server };
  server.listen(0);
  await once(server, 'listening');
  counted.port = (server.address() as AddressInfo).port;
  return counted;
}

const json = (response: Parameters<RequestListener>[1], body: object) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
