import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { Json } from '#video/video.ts';
import { callFor, mustAccept, png, requestFor, setupFor, soon, startService } from '../ai-sdk/testing.ts';
import type { FakeAnswer } from '../openai/fake-server.ts';
import { fal } from './kind.ts';

const veo = 'fal-ai/veo3/fast';
const operation = { id: 'request-1', app: 'fal-ai/veo3' };
const done = { body: { status: 'COMPLETED', metrics: { inference_time: 12.5 } } };

let close: (() => Promise<void>) | null = null;
afterEach(() => close?.());

async function service(...answers: Parameters<typeof startService>[1][]) {
  const started = await startService(fal, (asked, origin) => {
    for (const answer of answers) return answer(asked, origin);
    return {};
  });
  close = started.close;
  return started;
}

/** Answers `/status` and the result of a request. */
const looksLike = (status: FakeAnswer, result: FakeAnswer = { status: 400 }) =>
  service(({ path }) => (path.includes('/status') ? status : result));

const accepted = { body: { request_id: 'request-1', response_url: 'https://queue.fal.run/x/y/requests/request-1' } };

describe('the paid request', () => {
  test('goes where the model is, with its own fields, the key of the attempt, and once', async () => {
    const { provider, exchanges } = await service(() => accepted);
    const submission = mustAccept(
      await provider.start(
        requestFor(veo, {
          seed: 7,
          size: '720x1280',
          settings: { negative_prompt: 'dogs', duration: '20s', prompt: 'no' },
        }),
        callFor(),
      ),
    );
    expect(submission).toMatchObject({ upstreamId: 'request-1', operation });
    expect(exchanges).toHaveLength(1);
    expect(exchanges[0]).toMatchObject({
      method: 'POST',
      path: `/${veo}`,
      headers: { authorization: expect.stringMatching(/^Key canary/), 'idempotency-key': 'attempt_1' },
      body: {
        prompt: 'a red fox',
        aspect_ratio: '9:16',
        resolution: '720p',
        duration: '6s',
        seed: 7,
        negative_prompt: 'dogs',
      },
    });
  });

  test('of a model outside of fal-ai/ is not sent into that namespace, as the SDK would', async () => {
    const { provider, exchanges } = await service(() => accepted);
    const submission = mustAccept(await provider.start(requestFor('bytedance/seedance/v1/pro'), callFor()));
    expect(exchanges[0]?.path).toBe('/bytedance/seedance/v1/pro');
    expect(submission.operation).toEqual({ id: 'request-1', app: 'bytedance/seedance' });
    expect(submission.warnings).toEqual([expect.stringContaining('1280x720')]);
  });

  test('says "5" to a model that knows no "5s", and tells what the model ignores', async () => {
    const { provider, exchanges } = await service(() => accepted);
    const kling = 'fal-ai/kling-video/v2.5-turbo/pro/text-to-video';
    const submission = mustAccept(await provider.start(requestFor(kling, { seconds: 5, seed: 3 }), callFor()));
    expect(exchanges[0]?.body).toEqual({ prompt: 'a red fox', aspect_ratio: '16:9', duration: '5' });
    expect(submission.warnings).toEqual([expect.stringContaining('resolution'), expect.stringContaining('seed')]);
  });

  test('carries the first frame as its bytes, to the endpoint that takes one', async () => {
    const { provider, exchanges } = await service(() => accepted);
    mustAccept(await provider.start(requestFor(veo, { inputs: ['asset_1'] }), callFor()));
    expect(exchanges[0]?.path).toBe(`/${veo}/image-to-video`);
    expect(exchanges[0]?.body).toMatchObject({ image_url: `data:image/png;base64,${png.toString('base64')}` });
  });

  test('names our webhook where there is one', async () => {
    const { provider, exchanges } = await service(() => accepted);
    mustAccept(
      await provider.start(requestFor(veo), callFor({ webhookUrl: 'https://dailies.example/hooks/fal/t?a=1' })),
    );
    expect(exchanges[0]?.path).toBe(
      `/${veo}?fal_webhook=${encodeURIComponent('https://dailies.example/hooks/fal/t?a=1')}`,
    );
  });

  test.each<[string, FakeAnswer, object]>([
    [
      'moderated',
      {
        status: 422,
        body: { detail: [{ loc: ['body', 'prompt'], msg: 'Flagged.', type: 'content_policy_violation' }] },
      },
      { kind: 'rejected', code: 'moderation', message: 'HTTP 422: Flagged.' },
    ],
    [
      'a wrong field',
      { status: 422, body: { detail: [{ loc: ['body', 'duration'], msg: 'Bad.', type: 'literal_error' }] } },
      { kind: 'rejected', code: 'invalid_request' },
    ],
    [
      'no credit',
      { status: 403, body: { detail: 'User is locked. Reason: Exhausted balance. Top up your balance.' } },
      { kind: 'rejected', code: 'quota' },
    ],
    [
      'a refused key',
      { status: 401, body: { detail: 'No user found for Key ID and Secret' } },
      { kind: 'rejected', code: 'auth' },
    ],
    [
      'too many, for longer than the SDK would wait',
      { status: 429, headers: { 'retry-after': '120' }, body: { detail: 'Slow down' } },
      { kind: 'limited', retryAfterMs: 120_000 },
    ],
    ['an error', { status: 500, body: { detail: 'oops' } }, { kind: 'unclear' }],
    ['a page of a proxy', { status: 502, body: '<html>' }, { kind: 'unclear' }],
    ['no id', { body: { response_url: 'https://queue.fal.run/x' } }, { kind: 'unclear' }],
    ['an id that would climb out of a path', { body: { request_id: '../../admin' } }, { kind: 'unclear' }],
  ])('answered with %s', async (_name, answer, expected) => {
    const { provider, exchanges } = await service(() => answer);
    expect(await provider.start(requestFor(veo), callFor())).toMatchObject(expected);
    expect(exchanges).toHaveLength(1);
  });

  test('is unsent where nobody listens, and refused before sending where it cannot be made', async () => {
    const down = fal.create(setupFor('http://127.0.0.1:1'));
    expect((await down.start(requestFor(veo), callFor())).kind).toBe('unsent');
    const { provider, exchanges } = await service(() => accepted);
    for (const request of [
      requestFor(veo, { inputs: ['asset_1', 'asset_1'] }),
      requestFor(veo, { inputs: ['asset_9'] }),
      requestFor('../admin'),
      requestFor(veo, { from: { operation: 'remix', upstreamId: 'request-0' } }),
      requestFor(veo, { characters: ['char_1'] }),
      requestFor('bytedance/x', { settings: { loop: 'yes' } }),
    ]) {
      expect(await provider.start(request, callFor())).toMatchObject({ kind: 'rejected', code: 'invalid_request' });
    }
    expect(exchanges).toEqual([]);
  });
});

test('a job that a person found is asked for at the app of the model that was sent', async () => {
  const { provider, exchanges } = await looksLike({ status: 202, body: { status: 'IN_QUEUE' } });
  const found = provider.operationOf?.('request-1', requestFor('somebody/app/fast')) ?? {};
  expect(found).toEqual({ id: 'request-1', app: 'somebody/app' });
  expect(await provider.check(found, soon())).toMatchObject({ kind: 'running' });
  expect(exchanges.map(({ path }) => path)).toEqual(['/somebody/app/requests/request-1/status?logs=1']);
});

describe('a look', () => {
  test('tells the queue, and the progress that a model prints', async () => {
    const waiting = await looksLike({ status: 202, body: { status: 'IN_QUEUE', queue_position: 3 } });
    expect(await waiting.provider.check(operation, soon())).toMatchObject({
      kind: 'running',
      queued: true,
      progress: null,
      raw: { queue_position: 3 },
    });
    expect(waiting.exchanges.map(({ path }) => path)).toEqual(['/fal-ai/veo3/requests/request-1/status?logs=1']);
    await waiting.close();
    const logs = [{ message: ' 40%|████      | 20/50' }, { message: ' 62%|██████    | 31/50' }];
    const runs = await looksLike({ status: 202, body: { status: 'IN_PROGRESS', logs } });
    expect(await runs.provider.check(operation, soon())).toMatchObject({
      kind: 'running',
      queued: false,
      progress: 62,
    });
  });

  const hiccups: [string, FakeAnswer, object][] = [
    ['500', { status: 500, body: { detail: 'Internal Server Error' } }, { why: 'transient' }],
    ['a page of a proxy', { status: 502, body: '<html>' }, { why: 'transient' }],
    [
      '429',
      { status: 429, headers: { 'retry-after': '120' }, body: {} },
      { why: 'rate_limited', retryAfterMs: 120_000 },
    ],
    ['a refused key', { status: 401, body: { detail: 'No user found for Key ID and Secret' } }, { why: 'auth' }],
    ['half an answer', { body: '{"status":"COMP' }, { why: 'protocol' }],
  ];
  test.each(hiccups)('at the queue answered with %s is no verdict', async (_name, answer, expected) => {
    const { provider } = await looksLike(answer);
    expect(await provider.check(operation, soon())).toMatchObject({ kind: 'no_answer', ...expected });
  });
  test.each(hiccups)(
    'at the result answered with %s is none either: the SDK would call the job failed',
    async (_name, answer, expected) => {
      const { provider } = await looksLike(done, answer);
      expect(await provider.check(operation, soon())).toMatchObject({ kind: 'no_answer', ...expected });
    },
  );

  test('where nobody listens is none either', async () => {
    const answer = await fal.create(setupFor('http://127.0.0.1:1')).check(operation, soon());
    expect(answer).toMatchObject({ kind: 'no_answer', why: 'transient' });
  });

  test.each<[string, FakeAnswer, FakeAnswer, object]>([
    ['a clip', done, { body: { video: { url: 'https://fal.media/a.mp4' } } }, { kind: 'completed', renderMs: 12_500 }],
    ['a list of clips', done, { body: { videos: [{ url: 'https://fal.media/a.mp4' }] } }, { kind: 'completed' }],
    ['no clip at all', done, { body: { images: [] } }, { kind: 'failed', code: 'provider_error' }],
    [
      'moderated',
      { body: { status: 'COMPLETED', error: 'Unexpected status code: 422' } },
      { status: 422, body: { detail: [{ msg: 'Flagged.', type: 'content_policy_violation' }] } },
      { kind: 'failed', code: 'moderation', message: 'Flagged.' },
    ],
    [
      'moderated, without a word in the status',
      done,
      { status: 422, body: { detail: [{ msg: 'Flagged.', type: 'content_policy_violation' }] } },
      { kind: 'failed', code: 'moderation' },
    ],
    [
      'an error of the model as HTTP 500',
      { body: { status: 'COMPLETED', error: 'Unexpected status code: 500', error_type: 'internal_server_error' } },
      { status: 500, body: { detail: 'CUDA out of memory' } },
      { kind: 'failed', code: 'provider_error', message: 'CUDA out of memory' },
    ],
    [
      'a cancel',
      { body: { status: 'COMPLETED', error: 'cancelled', error_type: 'client_cancelled' } },
      { status: 499, body: {} },
      { kind: 'canceled' },
    ],
    ['an unknown request', { status: 404, body: { detail: 'Request not found' } }, {}, { kind: 'missing' }],
  ])('finds %s', async (_name, status, result, expected) => {
    const { provider } = await looksLike(status, result);
    const answer = await provider.check(operation, soon());
    expect(answer).toMatchObject(expected);
    expect(JSON.stringify(answer)).not.toMatch(/canary|:\/\//);
  });

  test('at a job that is known by its id alone finds its app', async () => {
    const { provider, exchanges } = await service(({ path }) =>
      path.startsWith('/fal-ai/kling-video/')
        ? { body: { status: 'IN_PROGRESS' } }
        : { status: 404, body: { detail: 'Request not found' } },
    );
    expect((await provider.check({ id: 'request-1' }, soon())).kind).toBe('running');
    expect(exchanges.at(-1)?.path).toBe('/fal-ai/kling-video/requests/request-1/status?logs=1');
  });
});

describe('a cancel', () => {
  test.each<[string, FakeAnswer, FakeAnswer, unknown]>([
    [
      'of one that waited',
      { status: 202, body: { status: 'CANCELLATION_REQUESTED' } },
      { status: 404, body: {} },
      'canceled',
    ],
    [
      'of one that runs is done when its status says so',
      { status: 202, body: { status: 'CANCELLATION_REQUESTED' } },
      { body: { status: 'IN_PROGRESS' } },
      { kind: 'no_answer' },
    ],
    ['of one that is over', { status: 400, body: { status: 'ALREADY_COMPLETED' } }, done, 'refused'],
    ['of an unknown one', { status: 404, body: { status: 'NOT_FOUND' } }, {}, 'refused'],
    ['with a refused key', { status: 401, body: {} }, {}, { kind: 'no_answer', why: 'auth' }],
  ])('%s', async (_name, answer, status, expected) => {
    const { provider, exchanges } = await service(({ method }) => (method === 'PUT' ? answer : status));
    const canceled = await provider.cancel?.(operation, soon());
    if (typeof expected === 'string') expect(canceled).toBe(expected);
    else expect(canceled).toMatchObject(expected as object);
    expect(exchanges[0]).toMatchObject({ method: 'PUT', path: '/fal-ai/veo3/requests/request-1/cancel' });
  });
});

test('the list goes over all pages, and names the model and not the endpoint of its first frame', async () => {
  const since = new Date('2026-11-20T10:00:00Z');
  const item = (id: string, sent_at: string, endpoint_id = `${veo}/image-to-video`) => ({
    request_id: id,
    endpoint_id,
    sent_at,
    json_input: { prompt: 'a red fox' },
  });
  const { provider, exchanges } = await service(({ path }) =>
    path.includes('cursor=Mg')
      ? {
          body: {
            items: [item('b', '2026-11-20T10:00:01Z'), item('old', '2026-11-20T09:00:00Z')],
            has_more: false,
            next_cursor: null,
          },
        }
      : { body: { items: [item('a', '2026-11-20T10:00:02Z')], has_more: true, next_cursor: 'Mg' } },
  );
  expect(await provider.list?.(since, soon())).toMatchObject({
    kind: 'complete',
    jobs: [
      { upstreamId: 'a', operation: { id: 'a', app: 'fal-ai/veo3' }, model: veo, prompt: 'a red fox' },
      { upstreamId: 'b' },
    ],
  });
  expect(exchanges[0]?.path).toContain(`start=${encodeURIComponent(since.toISOString())}`);
});

describe('the clip', () => {
  test('streams from where the result says, without our key', async () => {
    const { provider, exchanges } = await service(({ path }, origin) =>
      path.endsWith('.mp4')
        ? { headers: { 'content-type': 'video/mp4', 'content-length': '4' }, body: 'clip' }
        : { body: { video: { url: `${origin}/files/a.mp4` } } },
    );
    const { stream, contentType, bytes } = await provider.open(operation, 'clip', soon());
    expect({ contentType, bytes }).toEqual({ contentType: 'video/mp4', bytes: 4 });
    expect(Buffer.concat(await Array.fromAsync(stream)).toString()).toBe('clip');
    expect(exchanges.at(-1)?.headers).not.toHaveProperty('authorization');
  });

  test.each<[string, FakeAnswer, string]>([
    ['not there yet', { status: 400, body: { detail: 'Request is still in progress' } }, 'not_ready'],
    ['deleted', { status: 410, body: { detail: 'Gone' } }, 'gone'],
    ['hidden behind an error', { status: 503, body: '' }, 'transient'],
    ['on a private address', { body: { video: { url: 'http://169.254.169.254/latest' } } }, 'refused'],
  ])('that is %s', async (_name, answer, reason) => {
    const { provider } = await service(() => answer);
    await expect(provider.open(operation, 'clip', soon())).rejects.toMatchObject({ reason });
  });

  test('has no thumbnail beside it', async () => {
    const { provider } = await service(() => ({}));
    await expect(provider.open(operation, 'thumbnail', soon())).rejects.toMatchObject({ reason: 'refused' });
  });
});

describe('a webhook', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const other = generateKeyPairSync('ed25519');
  const now = new Date('2026-11-20T10:00:00Z');
  const body = Buffer.from('{"request_id":"request-1","status":"OK"}');

  function delivery({ key = privateKey, at = now, signed = body, sent = body } = {}) {
    const timestamp = String(Math.floor(at.getTime() / 1_000));
    const message = ['request-1', 'user', timestamp, createHash('sha256').update(signed).digest('hex')].join('\n');
    const headers = new Headers({
      'x-fal-webhook-request-id': 'request-1',
      'x-fal-webhook-user-id': 'user',
      'x-fal-webhook-timestamp': timestamp,
      'x-fal-webhook-signature': sign(null, Buffer.from(message), key).toString('hex'),
    });
    return { headers, body: sent };
  }
  const published: Json = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'a' }] };
  const answers =
    (known: string): Parameters<typeof startService>[1] =>
    ({ path }) => {
      if (path === '/.well-known/jwks.json') return { body: published as object };
      return path.startsWith(known)
        ? { body: { status: 'COMPLETED' } }
        : { status: 404, body: { detail: 'not found' } };
    };

  test('is believed by the keys that fal publishes, which are asked for once a day', async () => {
    const { provider, exchanges } = await service(answers('/fal-ai/kling-video/'));
    for (let i = 0; i < 3; i++) {
      expect(await provider.verifyWebhook?.(delivery(), now)).toEqual({
        eventId: 'request-1',
        job: { upstreamId: 'request-1', operation: { id: 'request-1', app: 'fal-ai/kling-video' } },
      });
    }
    const tomorrow = new Date(now.getTime() + 25 * 3_600_000);
    await provider.verifyWebhook?.(delivery({ at: tomorrow }), tomorrow);
    expect(exchanges.filter(({ path }) => path === '/.well-known/jwks.json')).toHaveLength(2);
  });

  test('of an app that we do not know is only a hint: an operation that leads nowhere would lose the job', async () => {
    const { provider } = await service(answers('/somebody/else/'));
    expect(await provider.verifyWebhook?.(delivery(), now)).toEqual({ eventId: 'request-1', job: null });
  });

  test.each([
    ['by another key', delivery({ key: other.privateKey })],
    ['with another body', delivery({ sent: Buffer.from('{}') })],
    ['too old', delivery({ at: new Date(now.getTime() - 301_000) })],
    ['from the future', delivery({ at: new Date(now.getTime() + 301_000) })],
    ['without a signature', { headers: new Headers(), body }],
  ])('%s is not', async (_name, forged) => {
    const { provider } = await service(() => ({ body: published as object }));
    expect(await provider.verifyWebhook?.(forged, now)).toBeNull();
  });

  test('is not believed while the keys cannot be had, and a thousand forged ones ask for them at most twice', async () => {
    const { provider, exchanges } = await service(() => ({ body: published as object }));
    for (let i = 0; i < 1_000; i++) await provider.verifyWebhook?.(delivery({ key: other.privateKey }), now);
    expect(exchanges.length).toBeLessThanOrEqual(2);
    const down = fal.create(setupFor('http://127.0.0.1:1'));
    expect(await down.verifyWebhook?.(delivery(), now)).toBeNull();
  });
});
