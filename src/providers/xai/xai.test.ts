import { afterEach, describe, expect, test } from 'vitest';
import { callFor, mustAccept, png, requestFor, soon, startService } from '../ai-sdk/testing.ts';
import type { FakeAnswer } from '../openai/fake-server.ts';
import { xai } from './kind.ts';

const grok = 'grok-imagine-video';
const operation = { id: 'request-1' };

let close: (() => Promise<void>) | null = null;
afterEach(() => close?.());

async function service(answer: Parameters<typeof startService>[1]) {
  const started = await startService(xai, answer);
  close = started.close;
  return started;
}

describe('the paid request', () => {
  test('says size as tier and shape, carries the first frame, and tells that the seed is ignored', async () => {
    const { provider, exchanges } = await service(() => ({ body: { request_id: 'request-1' } }));
    const settings = {
      mode: 'edit-video',
      videoUrl: 'https://x.example/a.mp4',
      user: 'me',
      duration: 15,
      prompt: 'no',
    };
    const request = requestFor(grok, { size: '480x854', seed: 7, inputs: ['asset_1'], settings });
    const submission = mustAccept(await provider.start(request, callFor()));
    expect(submission).toMatchObject({
      upstreamId: 'request-1',
      operation,
      warnings: [expect.stringContaining('seed')],
    });
    expect(exchanges).toHaveLength(1);
    expect(exchanges[0]).toMatchObject({
      path: '/videos/generations',
      headers: { authorization: expect.stringMatching(/^Bearer canary/), 'idempotency-key': 'attempt_1' },
      body: {
        model: grok,
        prompt: 'a red fox',
        duration: 6,
        aspect_ratio: '9:16',
        resolution: '480p',
        image: { url: `data:image/png;base64,${png.toString('base64')}` },
        user: 'me',
      },
    });
    expect(exchanges[0]?.body).not.toHaveProperty('video');
  });

  test.each<[string, FakeAnswer, object]>([
    [
      'a wrong key, as a bad request',
      { status: 400, body: { code: 'Client specified an invalid argument', error: 'Incorrect API key provided.' } },
      { kind: 'rejected', code: 'auth' },
    ],
    [
      'moderated',
      {
        status: 400,
        body: {
          code: 'Client specified an invalid argument',
          error: 'Generated video rejected by content moderation.',
        },
      },
      { kind: 'rejected', code: 'moderation' },
    ],
    [
      'a wrong field',
      { status: 422, body: 'Failed to deserialize the JSON body' },
      { kind: 'rejected', code: 'invalid_request' },
    ],
    [
      'too many',
      { status: 429, headers: { 'retry-after': '120' }, body: {} },
      { kind: 'limited', retryAfterMs: 120_000 },
    ],
    ['an error', { status: 500, body: {} }, { kind: 'unclear' }],
    ['no id', { body: { request_id: null } }, { kind: 'unclear' }],
  ])('answered with %s', async (_name, answer, expected) => {
    const { provider, exchanges } = await service(() => answer);
    expect(await provider.start(requestFor(grok), callFor())).toMatchObject(expected);
    expect(exchanges).toHaveLength(1);
  });
});

describe('a look', () => {
  const clip = { url: 'https://vidgen.x.ai/a.mp4', duration: 6, respect_moderation: true };
  test.each<[string, FakeAnswer, object]>([
    [
      'progress, which the SDK drops',
      { status: 202, body: { status: 'pending', progress: 42 } },
      { kind: 'running', queued: false, progress: 42 },
    ],
    ['202 without a body', { status: 202, body: '' }, { kind: 'running', progress: null }],
    [
      'a clip and its bill',
      { body: { status: 'done', video: clip, usage: { cost_in_usd_ticks: 4_200_000_000 } } },
      { kind: 'completed', costMicroUsd: 420_000 },
    ],
    ['a clip without a status', { body: { video: clip } }, { kind: 'completed' }],
    [
      'a clip that moderation kept back',
      { body: { status: 'done', video: { url: null, respect_moderation: false } } },
      { kind: 'failed', code: 'moderation' },
    ],
    [
      'moderation as a bad request',
      {
        status: 400,
        body: {
          code: 'Client specified an invalid argument',
          error: 'Generated video rejected by content moderation.',
          usage: { cost_in_usd_ticks: 4_200_000_000 },
        },
      },
      { kind: 'failed', code: 'moderation', costMicroUsd: 420_000 },
    ],
    [
      'a wrong key, as a bad request',
      { status: 400, body: { code: 'Client specified an invalid argument', error: 'Incorrect API key provided.' } },
      { kind: 'no_answer', why: 'auth' },
    ],
    ['a bad request', { status: 400, body: { error: 'what?' } }, { kind: 'no_answer', why: 'protocol' }],
    [
      'failed',
      { body: { status: 'failed', error: { code: 'internal_error', message: 'It broke.' } } },
      { kind: 'failed', code: 'provider_error', message: 'It broke.' },
    ],
    ['expired', { body: { status: 'expired' } }, { kind: 'failed', code: 'expired' }],
    ['done without a clip', { body: { status: 'done', video: {} } }, { kind: 'failed', code: 'provider_error' }],
    [
      'an unknown request',
      { status: 404, body: { code: 'Not found', error: 'The deferred request is not found.' } },
      { kind: 'missing' },
    ],
    ['an error', { status: 503, body: '' }, { kind: 'no_answer', why: 'transient' }],
    [
      'too many',
      { status: 429, headers: { 'retry-after': '120' }, body: {} },
      { kind: 'no_answer', why: 'rate_limited', retryAfterMs: 120_000 },
    ],
    ['JSON of something else', { body: { hello: 1 } }, { kind: 'no_answer', why: 'protocol' }],
  ])('finds %s', async (_name, body, expected) => {
    const { provider } = await service(() => body);
    const answer = await provider.check(operation, soon());
    expect(answer).toMatchObject(expected);
    expect(JSON.stringify(answer)).not.toMatch(/canary|:\/\//);
  });
});

test.each<[string, object, string]>([
  ['has expired', { status: 'expired' }, 'gone'],
  ['is not there yet', { status: 'pending' }, 'not_ready'],
])('a clip that %s', async (_name, body, reason) => {
  const { provider } = await service(() => ({ body }));
  await expect(provider.open(operation, 'clip', soon())).rejects.toMatchObject({ reason });
});

test('what it cannot do it does not pretend to', async () => {
  const { provider } = await service(() => ({}));
  expect(provider).not.toHaveProperty('cancel');
  expect(provider).not.toHaveProperty('list');
  expect(provider).not.toHaveProperty('verifyWebhook');
  expect(provider.capabilities).toMatchObject({ cancels: false, lists: false, callsBack: false });
});
