import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test } from 'vitest';
import { callFor, mustAccept, png, requestFor, setupFor, soon, startService } from '../ai-sdk/testing.ts';
import type { FakeAnswer } from '../openai/fake-server.ts';
import { replicate } from './kind.ts';

const seedance = 'bytedance/seedance-1-lite';
const operation = { id: 'abc123' };
const prediction = (more: object) => ({
  id: 'abc123',
  status: 'processing',
  urls: { get: 'https://api.replicate.com/v1/predictions/abc123' },
  created_at: '2026-11-20T10:00:00Z',
  ...more,
});

let close: (() => Promise<void>) | null = null;
afterEach(() => close?.());

async function service(answer: Parameters<typeof startService>[1]) {
  const started = await startService(replicate, answer);
  close = started.close;
  return started;
}

describe('the paid request', () => {
  test('goes to the model, with the names that its fields have there', async () => {
    const { provider, exchanges } = await service(() => ({ status: 201, body: prediction({ status: 'starting' }) }));
    const request = requestFor(seedance, {
      seconds: 5,
      seed: 7,
      size: '1080x1920',
      inputs: ['asset_1'],
      settings: { camera_fixed: true, prompt: 'not this one', duration: 60 },
    });
    const submission = mustAccept(await provider.start(request, callFor({ webhookUrl: 'https://dailies.example/h' })));
    expect(submission).toMatchObject({ upstreamId: 'abc123', operation });
    expect(submission.warnings).toBeUndefined();
    expect(exchanges).toHaveLength(1);
    expect(exchanges[0]).toMatchObject({
      path: `/models/${seedance}/predictions`,
      headers: { authorization: expect.stringMatching(/^Bearer canary/), 'idempotency-key': 'attempt_1' },
      body: {
        input: {
          prompt: 'a red fox',
          aspect_ratio: '9:16',
          resolution: '1080p',
          duration: 5,
          seed: 7,
          camera_fixed: true,
          image: `data:image/png;base64,${png.toString('base64')}`,
        },
        webhook: 'https://dailies.example/h',
        webhook_events_filter: ['completed'],
      },
    });
  });

  test('of a version goes to the predictions, and says what is not told', async () => {
    const { provider, exchanges } = await service(() => ({ status: 201, body: prediction({}) }));
    const submission = mustAccept(await provider.start(requestFor('owner/name:abc', { seed: 0 }), callFor()));
    expect(exchanges[0]).toMatchObject({ path: '/predictions', body: { version: 'abc', input: { seed: 0 } } });
    expect(submission.warnings).toEqual([expect.stringContaining('1280x720')]);
  });

  test.each<[string, FakeAnswer, object]>([
    [
      'moderated',
      { status: 422, body: { detail: 'The input was flagged: content policy', status: 422 } },
      { kind: 'rejected', code: 'moderation' },
    ],
    [
      'a wrong field',
      { status: 422, body: { title: 'Input validation failed', detail: '- input.duration: wrong' } },
      { kind: 'rejected', code: 'invalid_request', message: expect.stringContaining('input.duration') },
    ],
    [
      'no credit',
      { status: 402, body: { title: 'Insufficient credit', detail: 'You have insufficient credit.' } },
      { kind: 'rejected', code: 'quota' },
    ],
    [
      'too many',
      { status: 429, headers: { 'retry-after': '90' }, body: { detail: 'Request was throttled.' } },
      { kind: 'limited', retryAfterMs: 90_000 },
    ],
    ['an error', { status: 503, body: '' }, { kind: 'unclear' }],
    ['half an answer', { status: 201, body: '{"id":"abc' }, { kind: 'unclear' }],
  ])('answered with %s', async (_name, answer, expected) => {
    const { provider, exchanges } = await service(() => answer);
    expect(await provider.start(requestFor(seedance), callFor())).toMatchObject(expected);
    expect(exchanges).toHaveLength(1);
  });

  test('is refused before sending where the model cannot do it', async () => {
    const { provider, exchanges } = await service(() => ({}));
    expect(await provider.start(requestFor('kwaivgi/kling-v2.1'), callFor())).toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining('first frame'),
    });
    expect(await provider.start(requestFor('../account'), callFor())).toMatchObject({ kind: 'rejected' });
    expect(exchanges).toEqual([]);
  });
});

describe('a look', () => {
  test.each<[string, FakeAnswer, object]>([
    ['one that waits', { body: prediction({ status: 'starting' }) }, { kind: 'running', queued: true, progress: null }],
    [
      'progress in the logs',
      { body: prediction({ logs: ' 20%|██        | 10/50\n 46%|████      | 23/50 [00:01<00:01]' }) },
      { kind: 'running', queued: false, progress: 46 },
    ],
    [
      'a clip',
      {
        body: prediction({
          status: 'succeeded',
          output: 'https://replicate.delivery/a.mp4',
          metrics: { predict_time: 40.5 },
        }),
      },
      { kind: 'completed', renderMs: 40_500 },
    ],
    [
      'a list of clips, which the SDK cannot read',
      {
        body: prediction({
          status: 'succeeded',
          output: ['https://replicate.delivery/a.mp4', 'https://replicate.delivery/b.mp4'],
        }),
      },
      { kind: 'completed' },
    ],
    [
      'aborted, which the SDK does not know',
      { body: prediction({ status: 'aborted' }) },
      { kind: 'failed', code: 'provider_error' },
    ],
    ['canceled', { body: prediction({ status: 'canceled' }) }, { kind: 'canceled' }],
    [
      'failed',
      { body: prediction({ status: 'failed', error: 'CUDA out of memory' }) },
      { kind: 'failed', code: 'provider_error', message: 'CUDA out of memory' },
    ],
    [
      'failed with an error that is no text',
      { body: prediction({ status: 'failed', error: { detail: 'x' } }) },
      { kind: 'failed' },
    ],
    [
      'flagged',
      { body: prediction({ status: 'failed', error: 'The input or output was flagged as sensitive. (E005)' }) },
      { kind: 'failed', code: 'moderation' },
    ],
    [
      'removed',
      { body: prediction({ status: 'succeeded', output: null, data_removed: true }) },
      { kind: 'failed', code: 'expired' },
    ],
    [
      'done without a clip',
      { body: prediction({ status: 'succeeded', output: null }) },
      { kind: 'failed', code: 'provider_error' },
    ],
    ['a word that nobody knows', { body: prediction({ status: 'pondering' }) }, { kind: 'no_answer', why: 'protocol' }],
    [
      'an unknown prediction',
      { status: 404, body: { detail: 'The requested resource could not be found.' } },
      { kind: 'missing' },
    ],
    ['no page', { status: 404, body: '<html>' }, { kind: 'no_answer', why: 'protocol' }],
    ['an error', { status: 500, body: { detail: 'oops' } }, { kind: 'no_answer', why: 'transient' }],
    [
      'too many',
      { status: 429, headers: { 'retry-after': '120' }, body: {} },
      { kind: 'no_answer', why: 'rate_limited', retryAfterMs: 120_000 },
    ],
    [
      'a refused key',
      { status: 401, body: { title: 'Unauthenticated', detail: 'x' } },
      { kind: 'no_answer', why: 'auth' },
    ],
    ['half an answer', { body: '{"id":"abc' }, { kind: 'no_answer', why: 'protocol' }],
  ])('finds %s', async (_name, body, expected) => {
    const { provider } = await service(() => body);
    const answer = await provider.check(operation, soon());
    expect(answer).toMatchObject(expected);
    expect(JSON.stringify(answer)).not.toMatch(/canary|:\/\//);
  });
});

test.each<[string, FakeAnswer, unknown]>([
  ['done', { body: prediction({ status: 'canceled' }) }, 'canceled'],
  ['under way', { body: prediction({ status: 'processing' }) }, { kind: 'no_answer' }],
  ['too late', { body: prediction({ status: 'succeeded' }) }, 'refused'],
  ['of an unknown one', { status: 404, body: { detail: 'x' } }, 'refused'],
  ['in vain', { status: 502, body: '' }, { kind: 'no_answer', why: 'transient' }],
])('a cancel is %s', async (_name, answer, expected) => {
  const { provider, exchanges } = await service(() => answer);
  const canceled = await provider.cancel?.(operation, soon());
  if (typeof expected === 'string') expect(canceled).toBe(expected);
  else expect(canceled).toMatchObject(expected as object);
  expect(exchanges[0]).toMatchObject({ method: 'POST', path: '/predictions/abc123/cancel' });
});

test('the list follows the cursor, and not the address that comes with it', async () => {
  const { provider, exchanges } = await service(({ path }) =>
    path.includes('cursor=next%3D')
      ? {
          body: {
            next: null,
            results: [
              prediction({ id: 'b', created_at: '2026-11-20T10:00:00Z', input: {} }),
              prediction({ id: 'old', created_at: '2026-11-20T09:00:00Z' }),
            ],
          },
        }
      : {
          body: {
            next: 'https://evil.example/v1/predictions?cursor=next%3D',
            results: [prediction({ id: 'a', model: seedance, input: { prompt: 'a red fox', duration: 5 } })],
          },
        },
  );
  expect(await provider.list?.(new Date('2026-11-20T09:59:00Z'), soon())).toMatchObject({
    kind: 'complete',
    jobs: [
      { upstreamId: 'a', operation: { id: 'a' }, prompt: 'a red fox', model: seedance, seconds: 5 },
      { upstreamId: 'b', prompt: null, seconds: null },
    ],
  });
  expect(exchanges).toHaveLength(2);
});

test.each<[string, object, string]>([
  ['has been removed after an hour', { status: 'succeeded', output: null, data_removed: true }, 'gone'],
  ['is not there yet', { status: 'processing' }, 'not_ready'],
])('a clip that %s', async (_name, more, reason) => {
  const { provider } = await service(() => ({ body: prediction(more) }));
  await expect(provider.open(operation, 'clip', soon())).rejects.toMatchObject({ reason });
});

test('a clip streams from where the prediction says, without our key', async () => {
  const { provider, exchanges } = await service(({ path }, origin) =>
    path.endsWith('.mp4')
      ? { body: 'clip' }
      : { body: prediction({ status: 'succeeded', output: [`${origin}/a.mp4`] }) },
  );
  const { stream } = await provider.open(operation, 'clip', soon());
  expect(Buffer.concat(await Array.fromAsync(stream)).toString()).toBe('clip');
  expect(exchanges.at(-1)?.headers).not.toHaveProperty('authorization');
});

describe('a webhook', () => {
  const secret = `whsec_${Buffer.from('a secret of twenty-four!').toString('base64')}`;
  const now = new Date('2026-11-20T10:00:00Z');
  const body = JSON.stringify(prediction({ status: 'succeeded' }));

  function delivery({ key = secret, at = now, sent = body } = {}) {
    const headers = new Headers({
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(at.getTime() / 1_000),
      'webhook-signature': `v1,AAAA ${new Webhook(key).sign('msg_1', at, body)}`,
    });
    return { headers, body: Buffer.from(sent) };
  }
  const other = `whsec_${Buffer.from('another of twenty-four!!').toString('base64')}`;

  test("is believed by the account's secret, which is asked for once", async () => {
    const { provider, exchanges } = await service(() => ({ body: { key: secret } }));
    for (let i = 0; i < 3; i++) {
      expect(await provider.verifyWebhook?.(delivery(), now)).toEqual({
        eventId: 'msg_1',
        job: { upstreamId: 'abc123', operation },
      });
    }
    expect(exchanges.map(({ path }) => path)).toEqual(['/webhooks/default/secret']);
  });

  test.each([
    ['by another secret', delivery({ key: other })],
    ['with another body', delivery({ sent: '{}' })],
    ["an hour old, which Replicate's own helper believes", delivery({ at: new Date(now.getTime() - 3_600_000) })],
    ['without headers', { headers: new Headers(), body: Buffer.from(body) }],
  ])('%s is not', async (_name, forged) => {
    const { provider } = await service(() => ({ body: { key: secret } }));
    expect(await provider.verifyWebhook?.(forged, now)).toBeNull();
  });

  test('is not believed without the secret', async () => {
    const { provider } = await service(() => ({ body: { key: 'nonsense' } }));
    expect(await provider.verifyWebhook?.(delivery(), now)).toBeNull();
    expect(await replicate.create(setupFor('http://127.0.0.1:1')).verifyWebhook?.(delivery(), now)).toBeNull();
  });
});
