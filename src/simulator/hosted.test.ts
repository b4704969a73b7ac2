import { createHash, createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGoogle } from '@ai-sdk/google';
import { createReplicate } from '@ai-sdk/replicate';
import { createXai } from '@ai-sdk/xai';
import { experimental_getVideoStatus as getVideoStatus, experimental_startVideo as startVideo } from 'ai';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hostedPaths } from './hosted/hosted.ts';
import { createSimulator, type Simulator } from './server.ts';

let dataDir: string;
let simulator: Simulator;
let origin: string;
let nowMs = 1_800_000_000_000;

const open = () => createSimulator({ dataDir, speed: 0, fps: 2, oneClip: true, now: () => nowMs });
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'dailies-hosted-'));
  simulator = open();
  origin = await simulator.listen();
});
afterAll(async () => {
  await simulator.close();
  await rm(dataDir, { recursive: true });
});

type Init = { method?: string; body?: object; key?: string | null };
const schemeOf = { fal: 'Key', replicate: 'Bearer', xai: 'Bearer' };

/** Status, headers and JSON of one request to a service. */
async function ask(api: keyof typeof hostedPaths, path: string, { method, body, key = 'a key' }: Init = {}) {
  const url = path.startsWith('http') ? path : `${origin}${hostedPaths[api]}${path}`;
  const auth: Record<string, string> =
    api === 'google' ? { 'x-goog-api-key': key ?? '' } : { authorization: `${schemeOf[api]} ${key}` };
  const answer = await fetch(url, {
    method: method ?? (body ? 'POST' : 'GET'),
    headers: { ...(key !== null && auth), ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const json = answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : null;
  return { status: answer.status, headers: answer.headers, json, text };
}

const fal = (prompt: string, query = '', more = {}) =>
  ask('fal', `/fal-ai/veo3/fast${query}`, { body: { prompt, resolution: '360p', duration: '1s', ...more } });
const replicate = (prompt: string, more = {}) =>
  ask('replicate', '/models/owner/name/predictions', {
    body: { input: { prompt, resolution: '360p', duration: 1 }, ...more },
  });
const google = (prompt: string, parameters = {}) =>
  ask('google', '/models/veo-3.1-generate-preview:predictLongRunning', {
    body: { instances: [{ prompt }], parameters: { resolution: '360p', durationSeconds: 1, ...parameters } },
  });
const xai = (prompt: string) =>
  ask('xai', '/videos/generations', {
    body: { model: 'grok-imagine-video', prompt, resolution: '480p', duration: 2 },
  });

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const isClip = (text: string) => text.slice(4, 8) === 'ftyp';

describe('a key', () => {
  test.each([
    ['fal', '/v1/models', 401, { detail: expect.any(String) }],
    [
      'google',
      '/models',
      400,
      { error: { code: 400, status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] } },
    ],
    ['replicate', '/account', 401, { title: 'Unauthenticated', status: 401 }],
    ['xai', '/api-key', 400, { error: expect.stringContaining('Incorrect API key') }],
  ] as const)('that begins with bad is refused by %s in its own words', async (api, path, status, body) => {
    expect(await ask(api, path, { key: 'bad key' })).toMatchObject({ status, json: body });
    expect(await ask(api, path, { key: null })).toMatchObject({ status: api === 'google' ? 403 : 401 });
    expect(await ask(api, path)).toMatchObject({ status: 200 });
  });
});

describe('the AI SDK', () => {
  test.each([
    [
      'google',
      () => createGoogle({ apiKey: 'k', baseURL: `${origin}${hostedPaths.google}` }).video('veo-3.1-generate-preview'),
    ],
    [
      'replicate',
      () => createReplicate({ apiToken: 'k', baseURL: `${origin}${hostedPaths.replicate}` }).video('owner/name'),
    ],
    ['xai', () => createXai({ apiKey: 'k', baseURL: `${origin}${hostedPaths.xai}` }).video('grok-imagine-video')],
  ])('of %s starts a job and sees it end', async (_, modelOf) => {
    const options = { model: modelOf(), prompt: 'a fox', aspectRatio: '16:9', duration: 1, maxRetries: 0 } as const;
    const { operation } = await startVideo(options);
    await simulator.settled();
    const later = await getVideoStatus(modelOf(), { operation: structuredClone(operation), maxRetries: 0 });
    expect(later).toMatchObject({ status: 'completed' });
  });
});

describe('fal', () => {
  test('queues, tells progress, and hands out a file without a key', async () => {
    const before = await fal('a fox [queue:10] [render:20]');
    const job = await fal('a fox [queue:10] [render:20]');
    const { status_url, response_url } = job.json;
    expect(status_url).toBe(`${origin}/fal/fal-ai/veo3/requests/${job.json.request_id}/status`);
    expect(await ask('fal', status_url)).toMatchObject({
      status: 202,
      json: { status: 'IN_QUEUE', queue_position: 1 },
    });
    expect(await ask('fal', response_url)).toMatchObject({
      status: 400,
      json: { detail: 'Request is still in progress' },
    });
    nowMs += 20_000;
    const running = await ask('fal', `${status_url}?logs=1`);
    expect(running).toMatchObject({ status: 202, json: { status: 'IN_PROGRESS' } });
    expect(running.json.logs.at(-1).message).toMatch(/^ 46%\|/);
    await simulator.settled();
    nowMs += 20_000;
    expect(await ask('fal', status_url)).toMatchObject({ status: 200, json: { status: 'COMPLETED' } });
    const { json } = await ask('fal', response_url);
    expect(json.video).toMatchObject({ content_type: 'video/mp4', width: 640, height: 360 });
    expect(isClip((await ask('fal', json.video.url, { key: null })).text)).toBe(true);
    const list = '/v1/models/requests/by-endpoint?endpoint_id=fal-ai/veo3/fast&expand=payloads';
    const { items } = (await ask('fal', list)).json;
    const known = items.map((item: { request_id: string }) => item.request_id);
    expect(known).toEqual(expect.arrayContaining([before.json.request_id, job.json.request_id]));
    expect(items[0]).toMatchObject({ status_code: 200, json_input: { duration: '1s' } });
  });

  test('refuses, fails, and cancels in its own words', async () => {
    expect(await fal('')).toMatchObject({
      status: 422,
      json: { detail: [{ loc: ['body', 'prompt'], type: 'missing' }] },
    });
    const violation = { detail: [{ type: 'content_policy_violation' }] };
    expect(await fal('[reject:moderation]')).toMatchObject({ status: 422, json: violation });
    const blocked = (await fal('[fail:moderation]')).json;
    expect(await ask('fal', blocked.response_url)).toMatchObject({ status: 422, json: violation });
    expect((await ask('fal', blocked.status_url)).json).toMatchObject({
      status: 'COMPLETED',
      error: expect.any(String),
    });
    const broken = await ask('fal', (await fal('[fail:provider]')).json.response_url);
    expect(broken).toMatchObject({ status: 500, json: { detail: [{ type: 'internal_server_error' }] } });
    const aborted = await ask('fal', (await fal('[fail:aborted]')).json.response_url);
    expect(aborted).toMatchObject({ status: 504, json: { error_type: 'request_timeout' } });

    const { cancel_url, response_url, status_url } = (await fal('a fox [render:600]')).json;
    const cancel = () => ask('fal', cancel_url, { method: 'PUT' });
    expect(await cancel()).toMatchObject({ status: 202, json: { status: 'CANCELLATION_REQUESTED' } });
    expect(await cancel()).toMatchObject({ status: 400, json: { status: 'ALREADY_COMPLETED' } });
    expect(await ask('fal', response_url)).toMatchObject({ status: 499, json: { error_type: 'client_cancelled' } });
    expect((await ask('fal', status_url)).json).toMatchObject({ error_type: 'client_cancelled' });
    expect((await ask('fal', cancel_url.replace(/.{8}\/cancel/, '00000000/cancel'), { method: 'PUT' })).status).toBe(
      404,
    );
  });
});

describe('Replicate', () => {
  test('tells all of a prediction, in answers and in its list', async () => {
    const { status, json } = await replicate('a fox [render:20]');
    expect(status).toBe(201);
    expect(json).toMatchObject({ status: 'processing', output: null, model: 'owner/name', input: { duration: 1 } });
    await simulator.settled();
    nowMs += 10_000;
    expect((await ask('replicate', json.urls.get)).json.logs.split('\n').at(-1)).toMatch(/^ 46%\|/);
    nowMs += 10_000;
    const done = (await ask('replicate', json.urls.get)).json;
    expect(done).toMatchObject({ status: 'succeeded', output: expect.any(String), metrics: { predict_time: 20 } });
    expect(isClip((await ask('replicate', done.output, { key: null })).text)).toBe(true);
    expect((await ask('replicate', '/predictions')).json).toMatchObject({ next: null, results: expect.any(Array) });
  });

  test('has arrays, aborted jobs, sensitive inputs and results that are gone', async () => {
    const end = async (prompt: string) => {
      const { json } = await replicate(prompt);
      await simulator.settled();
      return (await ask('replicate', json.urls.get)).json;
    };
    expect(await end('a fox [array]')).toMatchObject({ status: 'succeeded', output: [expect.any(String)] });
    expect(await end('a fox [fail:aborted]')).toMatchObject({ status: 'aborted', output: null, error: null });
    expect(await end('a fox [fail:moderation]')).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('sensitive'),
    });
    expect(await end('a fox [expire]')).toMatchObject({ status: 'succeeded', output: null, data_removed: true });
    const { urls } = (await replicate('a fox [render:600]')).json;
    expect((await ask('replicate', urls.cancel, { method: 'POST' })).json).toMatchObject({ status: 'canceled' });
  });
});

describe('Google', () => {
  test('gives its file only for a key, over a redirect', async () => {
    const { json } = await google('a fox', { aspectRatio: '9:16' });
    await simulator.settled();
    const done = (await ask('google', `/${json.name}`)).json;
    expect(done).toMatchObject({ name: json.name, done: true });
    const { uri } = done.response.generateVideoResponse.generatedSamples[0].video;
    expect(isClip((await ask('google', uri)).text)).toBe(true);
    expect((await ask('google', uri, { key: null })).status).toBe(403);
    expect(simulator.ledger().jobs[0]).toMatchObject({ api: 'google', size: '360x640' });
  });

  test('ends without a video in two shapes, and refuses pixels for a resolution', async () => {
    const end = async (prompt: string) => (await ask('google', `/${(await google(prompt)).json.name}`)).json;
    expect(await end('[fail:moderation]')).toMatchObject({ done: true, error: { code: 3 } });
    const filtered = { raiMediaFilteredCount: 1, raiMediaFilteredReasons: [expect.any(String)] };
    expect((await end('[fail:filtered]')).response.generateVideoResponse).toEqual(filtered);
    expect(await google('a fox', { resolution: '720x1280' })).toMatchObject({
      status: 400,
      json: { error: { status: 'INVALID_ARGUMENT' } },
    });
  });
});

describe('xAI', () => {
  test('tells progress and the bill', async () => {
    const { request_id } = (await xai('a fox [render:20]')).json;
    const look = () => ask('xai', `/videos/${request_id}`);
    nowMs += 10_000;
    expect(await look()).toMatchObject({ status: 202, json: { status: 'pending', progress: 46 } });
    await simulator.settled();
    nowMs += 10_000;
    const done = await look();
    expect(done.json).toMatchObject({ status: 'done', usage: { cost_in_usd_ticks: 1_000_000_000 } });
    expect(isClip((await ask('xai', done.json.video.url, { key: null })).text)).toBe(true);
  });

  test('tells moderation as a bad request, or as a result without a video', async () => {
    const look = async (prompt: string) => ask('xai', `/videos/${(await xai(prompt)).json.request_id}`);
    expect(await look('[fail:moderation]')).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining('moderation') },
    });
    expect(await look('[fail:filtered]')).toMatchObject({
      status: 200,
      json: { video: { respect_moderation: false } },
    });
    expect(await look('[fail:provider]')).toMatchObject({ status: 200, json: { status: 'failed' } });
  });
});

test('the directives of polls and creates work over every wire, and no key makes two requests one', async () => {
  const before = simulator.ledger().creates;
  expect(await fal('[create-http:429] [retry-after:120]')).toMatchObject({ status: 429 });
  expect((await xai('[create-http:503]')).status).toBe(503);
  await expect(replicate('[lose-response]')).rejects.toThrow('fetch failed');
  const { json } = await google('a fox [http:502x2]');
  expect(await ask('google', `/${json.name}`)).toMatchObject({ status: 502, json: null });
  expect(await ask('google', `/${json.name}`)).toMatchObject({ status: 502, json: null });
  expect(await ask('google', `/${json.name}`)).toMatchObject({ status: 200 });
  await fal('[forget]').then(({ json: job }) => ask('fal', job.status_url));
  expect(simulator.ledger().creates).toEqual({
    accepted: before.accepted + 3,
    replayed: before.replayed,
    refused: before.refused + 2,
  });
});

test('a first frame is taken in the place that each wire has for it', async () => {
  const image = `data:image/png;base64,${png}`;
  await fal('a fox', '', { image_url: image });
  await replicate('a fox', { input: { prompt: 'a fox', resolution: '360p', duration: 1, image } });
  await ask('google', '/models/veo-3.1-generate-preview:predictLongRunning', {
    body: {
      instances: [{ prompt: 'a fox', image: { bytesBase64Encoded: png, mimeType: 'image/png' } }],
      parameters: { resolution: '360p', durationSeconds: 1 },
    },
  });
  await ask('xai', '/videos/generations', {
    body: { model: 'grok-imagine-video', prompt: 'a fox', duration: 1, image: { url: image } },
  });
  expect(
    simulator
      .ledger()
      .jobs.slice(0, 4)
      .map(({ api, first_frame }) => [api, first_frame]),
  ).toEqual(['xai', 'google', 'replicate', 'fal'].map((api) => [api, true]));
  expect((await fal('a fox', '', { image_url: 'data:image/png;base64,AAAA' })).status).toBe(422);
});

describe('webhooks', () => {
  type Call = { headers: IncomingHttpHeaders; body: string };

  async function receiver(status = 200) {
    const calls: Call[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      calls.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    return { url, calls, [Symbol.asyncDispose]: async () => void server.close() };
  }

  test('of fal are signed with a key that is published', async () => {
    await using hook = await receiver();
    const { request_id } = (
      await fal('a fox [fail:moderation] [webhook:twice]', `?fal_webhook=${encodeURIComponent(hook.url)}`)
    ).json;
    await vi.waitFor(() => expect(hook.calls).toHaveLength(2));
    const [{ headers, body } = { headers: {}, body: '' }, second] = hook.calls;
    expect(JSON.parse(body)).toMatchObject({ request_id, status: 'ERROR', payload: { detail: [{}] } });
    expect(second?.body).toBe(body);
    const { keys } = (await ask('fal', '/.well-known/jwks.json', { key: null })).json;
    const message = [
      headers['x-fal-webhook-request-id'],
      headers['x-fal-webhook-user-id'],
      headers['x-fal-webhook-timestamp'],
      createHash('sha256').update(body).digest('hex'),
    ].join('\n');
    const signature = Buffer.from(String(headers['x-fal-webhook-signature']), 'hex');
    const key = createPublicKey({ key: keys[0], format: 'jwk' });
    expect(verify(null, Buffer.from(message), key, signature)).toBe(true);
  });

  test('of Replicate are Standard Webhooks, and come again after a refusal and a restart', async () => {
    await using refusing = await receiver(500);
    await using hook = await receiver();
    const { json } = await replicate('a fox [fail:aborted]', { webhook: refusing.url });
    await vi.waitFor(() => expect(refusing.calls).toHaveLength(1));
    await replicate('a fox [render:30]', { webhook: hook.url });
    await simulator.settled();
    await simulator.close();
    nowMs += 40_000;
    simulator = open();
    origin = await simulator.listen();
    await vi.waitFor(() => expect(refusing.calls.length + hook.calls.length).toBe(3));
    const { key } = (await ask('replicate', '/webhooks/default/secret')).json;
    const { headers, body } = refusing.calls[0] ?? { headers: {}, body: '' };
    expect(JSON.parse(body)).toMatchObject({ id: json.id, status: 'aborted' });
    // The message is of the simulator's clock: its signature is compared, not its age.
    const id = String(headers['webhook-id']);
    const at = new Date(Number(headers['webhook-timestamp']) * 1000);
    expect(new Webhook(key).sign(id, at, body)).toBe(headers['webhook-signature']);
  });
});
