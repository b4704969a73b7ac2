import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '#net/outcome.ts';
import { createSafeFetch } from '#net/safe-fetch.ts';
import { judge as judgeBy } from '#providers/answers/judge.ts';
import { createRedact } from '#providers/answers/redact.ts';
import type { Request } from '#video/video.ts';
import { encode } from './encode.ts';
import { startFakeServer } from './fake-server.ts';
import { jobIn, submit } from './submit.ts';

const redact = createRedact(['canary']);
const judge = (outcome: Outcome, by: typeof redact) => judgeBy(outcome, by, jobIn);
const request: Request = {
  model: 'wan',
  prompt: 'a red fox',
  seconds: 4,
  size: '1280x720',
  seed: 7,
  settings: { negative_prompt: 'dogs', extra: { steps: 20, list: ['a', 'b'] }, prompt: 'not this one', empty: null },
  inputs: [],
};

const answered = (status: number, body: unknown, headers: Record<string, string> = {}): Outcome => ({
  kind: 'answered',
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const envelope = (code: string | null, message = 'No.') => ({ error: { message, type: null, param: null, code } });

describe('an answer to a create', () => {
  test.each([
    [200, { id: 'video_1', object: 'video', status: 'queued' }, 'video_1'],
    [201, { id: 'video_1', status: 'pending' }, 'video_1'],
    [202, { id: 'v', polling_url: 'https://x.example/v', status: 'pending' }, 'v'],
    [200, { task_id: 'task_9', object: 'video' }, 'task_9'],
    [200, { id: 42, object: 'video' }, '42'],
    [200, { id: 'a'.repeat(600), object: 'video' }, 'a'.repeat(600)],
    [500, { id: 'video_1', object: 'video', status: 'failed', error: { code: 500, message: 'oom' } }, 'video_1'],
  ])('%s with an id that can be read is accepted', (status, body, upstreamId) => {
    expect(judge(answered(status, body), redact)).toMatchObject({
      kind: 'accepted',
      upstreamId,
      operation: { id: upstreamId },
    });
  });

  test.each([
    [200, ''],
    [200, '{"id":"vid'],
    [200, '<html>Welcome</html>'],
    [200, { object: 'video', status: 'queued' }],
    [200, { id: '..', object: 'video' }],
    [200, envelope('server_error')],
    [204, ''],
    [302, ''],
    [307, ''],
    [408, envelope(null)],
    [409, envelope('conflict')],
    [425, ''],
    [500, envelope('server_error')],
    [502, '<html>Bad gateway</html>'],
    [503, ''],
    [504, ''],
  ])('%s %j is unclear', (status, body) => {
    expect(judge(answered(status, body), redact).kind).toBe('unclear');
  });

  test.each([
    [400, envelope('moderation_blocked'), 'moderation'],
    [400, envelope('billing_hard_limit_reached'), 'quota'],
    [400, envelope('invalid_value', 'size is wrong'), 'invalid_request'],
    [401, envelope('invalid_api_key'), 'auth'],
    [402, '', 'quota'],
    [403, envelope(null, 'Your organization must be verified'), 'auth'],
    [404, '<html>no such page</html>', 'invalid_request'],
    [413, '', 'invalid_request'],
    [422, { detail: [{ loc: ['body', 'prompt'], msg: 'Field required' }] }, 'invalid_request'],
  ])('%s %j is a no: %s', (status, body, code) => {
    expect(judge(answered(status, body), redact)).toMatchObject({ kind: 'rejected', code });
  });

  test.each<[Record<string, string>, number | null]>([
    [{}, null],
    [{ 'retry-after': '120' }, 120_000],
    [{ 'retry-after-ms': '1500', 'retry-after': '2' }, 1_500],
    [{ 'retry-after': 'soon' }, null],
  ])('429 with %j waits in full', (headers, retryAfterMs) => {
    expect(judge(answered(429, envelope('rate_limit_exceeded'), headers), redact)).toMatchObject({
      kind: 'limited',
      retryAfterMs,
    });
  });

  test('is unsent or unclear where there was none', () => {
    expect(judge({ kind: 'unsent', error: new Error('x') }, redact).kind).toBe('unsent');
    expect(judge({ kind: 'lost', error: new Error('x') }, redact).kind).toBe('unclear');
  });

  test('whatever it is, only a readable id is accepted and only 4xx is rejected', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.oneof(fc.json(), fc.string()), (status, body) => {
        const { kind } = judge(answered(status, body), redact);
        if (kind === 'rejected')
          expect(status >= 400 && status < 500 && ![408, 409, 425, 429].includes(status)).toBe(true);
        if (kind === 'limited') expect(status).toBe(429);
        if (kind === 'accepted') expect(body).toMatch(/id"\s*:/);
        expect(kind).not.toBe('unsent');
      }),
    );
  });

  test('carries neither our key nor a URL in its message', () => {
    const submission = judge(answered(400, envelope(null, 'canary is no key, see https://x.example/keys')), redact);
    expect(JSON.stringify(submission)).not.toMatch(/canary|https:/);
  });
});

describe('the bytes of a create', () => {
  const read = (encoded: { contentType: string; body: Uint8Array }) =>
    new Response(new Uint8Array(encoded.body), { headers: { 'content-type': encoded.contentType } }).formData();

  test('as a form: what was asked for wins over settings, and nested values have brackets', async () => {
    const form = await read(encode(request, [], 'attempt_1', 'multipart'));
    expect([...form]).toEqual([
      ['negative_prompt', 'dogs'],
      ['extra[steps]', '20'],
      ['extra[list][]', 'a'],
      ['extra[list][]', 'b'],
      ['prompt', 'a red fox'],
      ['model', 'wan'],
      ['size', '1280x720'],
      ['seed', '7'],
      ['seconds', '4'],
    ]);
  });

  test('as a form: reference files travel as bytes', async () => {
    const file = { bytes: Buffer.from([0x89, 0x50, 13, 10, 0]), contentType: 'image/png', name: 'a "b".png' };
    const form = await read(encode(request, [file], 'attempt_1', 'multipart'));
    const part = form.get('input_reference');
    if (!(part instanceof File)) throw new Error('no file');
    expect(part.type).toBe('image/png');
    expect(Buffer.from(await part.arrayBuffer())).toEqual(file.bytes);
  });

  test('as JSON: seconds are a number', () => {
    const { body } = encode({ ...request, model: null }, [], 'attempt_1', 'json');
    const json = JSON.parse(Buffer.from(body).toString());
    expect(json).toMatchObject({ seconds: 4, prompt: 'a red fox', negative_prompt: 'dogs' });
    expect(json).not.toHaveProperty('model');
  });

  test('are the same for the same request and key, and survive any prompt', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (prompt) => {
        const one = encode({ ...request, prompt }, [], 'attempt_1', 'multipart');
        expect(encode({ ...request, prompt }, [], 'attempt_1', 'multipart')).toEqual(one);
        expect((await read(one)).get('prompt')).toBe(prompt);
      }),
    );
  });
});

const call = { key: 'attempt_1', signal: AbortSignal.timeout(15_000), webhookUrl: null };

describe('a create', () => {
  test('is one POST with the key of the attempt', async () => {
    const server = await startFakeServer(() => ({ status: 503 }));
    const submission = await submit(server.connection, 'multipart', null, request, call);
    expect(submission.kind).toBe('unclear');
    expect(server.asked).toEqual(['POST /v1/videos']);
    expect(server.requests[0]?.headers).toMatchObject({
      'idempotency-key': 'attempt_1',
      authorization: 'Bearer canary',
    });
    await server.close();
  });

  test('whose input is gone is rejected before anything is sent; one that cannot be read now is unsent', async () => {
    const server = await startFakeServer(() => ({}));
    const asking = { ...request, inputs: ['asset_1'] };
    const send = (readInput: () => Promise<null>) => submit(server.connection, 'multipart', readInput, asking, call);
    expect(await send(async () => null)).toMatchObject({ kind: 'rejected', code: 'invalid_request' });
    expect(await send(() => Promise.reject(new Error('EIO')))).toMatchObject({ kind: 'unsent' });
    expect(server.asked).toEqual([]);
    await server.close();
  });
});

test('a server that takes the request and never answers is given up on: the outcome is unclear, never "not sent"', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const fetch = createSafeFetch({ allowHosts: [origin] });
  const connection = { baseUrl: `${origin}/v1`, apiKey: null, fetch, redact, timeoutMs: 200 };
  const outcome = await submit(connection, 'multipart', null, request, call);
  expect(outcome.kind).toBe('unclear');
  silent.closeAllConnections();
  silent.close();
});
