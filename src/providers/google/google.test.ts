import { afterEach, describe, expect, test } from 'vitest';
import { callFor, canary, mustAccept, png, requestFor, soon, startService } from '../ai-sdk/testing.ts';
import type { FakeAnswer } from '../openai/fake-server.ts';
import { google } from './kind.ts';

const veo = 'veo-3.1-generate-preview';
const name = `models/${veo}/operations/abc123`;
const operation = { id: name };
const done = (generateVideoResponse: object) => ({ body: { name, done: true, response: { generateVideoResponse } } });
const failed = (error: object) => ({ body: { name, done: true, error } });

let close: (() => Promise<void>) | null = null;
afterEach(() => close?.());

async function service(answer: Parameters<typeof startService>[1]) {
  const started = await startService(google, answer);
  close = started.close;
  return started;
}

describe('the paid request', () => {
  test.each([
    ['1280x720', '720p', '16:9'],
    ['720x1280', '720p', '9:16'],
    ['1920x1080', '1080p', '16:9'],
    ['1080x1920', '1080p', '9:16'],
  ])('says %s as a tier and a shape, portrait too, and asks for one clip', async (size, resolution, aspectRatio) => {
    const { provider, exchanges } = await service(() => ({ body: { name } }));
    const settings = { negativePrompt: 'dogs', sampleCount: 4, durationSeconds: 60 };
    const request = requestFor(veo, { size, seconds: 8, seed: 0, settings });
    expect(mustAccept(await provider.start(request, callFor()))).toMatchObject({ upstreamId: name, operation });
    expect(exchanges).toHaveLength(1);
    expect(exchanges[0]).toMatchObject({
      path: `/models/${veo}:predictLongRunning`,
      headers: { 'x-goog-api-key': canary, 'idempotency-key': 'attempt_1' },
    });
    expect(exchanges[0]?.body).toEqual({
      instances: [{ prompt: 'a red fox' }],
      parameters: { sampleCount: 1, aspectRatio, resolution, durationSeconds: 8, seed: 0, negativePrompt: 'dogs' },
    });
  });

  test('carries the first frame as its bytes', async () => {
    const { provider, exchanges } = await service(() => ({ body: { name } }));
    mustAccept(await provider.start(requestFor(veo, { inputs: ['asset_1'] }), callFor()));
    expect(exchanges[0]?.body).toMatchObject({
      instances: [{ image: { bytesBase64Encoded: png.toString('base64'), mimeType: 'image/png' } }],
    });
  });

  test.each<[string, FakeAnswer, object]>([
    [
      'a wrong key, as a bad request',
      {
        status: 400,
        body: {
          error: {
            code: 400,
            message: 'API key not valid. Please pass a valid API key.',
            status: 'INVALID_ARGUMENT',
            details: [{ reason: 'API_KEY_INVALID' }],
          },
        },
      },
      { kind: 'rejected', code: 'auth' },
    ],
    [
      'an error without a status word',
      { status: 400, body: { error: { code: 400, message: 'The prompt violates our usage guidelines.' } } },
      { kind: 'rejected', code: 'moderation' },
    ],
    [
      'a wrong field',
      {
        status: 400,
        body: { error: { code: 400, message: 'durationSeconds is out of bound', status: 'INVALID_ARGUMENT' } },
      },
      { kind: 'rejected', code: 'invalid_request' },
    ],
    [
      'too many',
      {
        status: 429,
        headers: { 'retry-after': '75' },
        body: { error: { code: 429, message: 'Quota exceeded', status: 'RESOURCE_EXHAUSTED' } },
      },
      { kind: 'limited', retryAfterMs: 75_000 },
    ],
    [
      'overload',
      { status: 503, body: { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } } },
      { kind: 'unclear' },
    ],
    ['no name', { body: {} }, { kind: 'unclear' }],
    ['a name that would lead elsewhere', { body: { name: '../files/abc' } }, { kind: 'unclear' }],
  ])('answered with %s', async (_name, answer, expected) => {
    const { provider, exchanges } = await service(() => answer);
    expect(await provider.start(requestFor(veo), callFor())).toMatchObject(expected);
    expect(exchanges).toHaveLength(1);
  });
});

describe('a look', () => {
  const uri = 'https://generativelanguage.googleapis.com/v1beta/files/abc:download?alt=media';
  test.each<[string, FakeAnswer, object]>([
    ['one that runs', { body: { name } }, { kind: 'running', progress: null }],
    [
      'progress, where it is told',
      { body: { name, metadata: { progressPercent: 35 } } },
      { kind: 'running', progress: 35 },
    ],
    ['a clip', done({ generatedSamples: [{ video: { uri } }] }), { kind: 'completed' }],
    [
      'all clips filtered, and why',
      done({ raiMediaFilteredCount: 1, raiMediaFilteredReasons: ["Sorry, we can't create this."] }),
      { kind: 'failed', code: 'moderation', message: "Sorry, we can't create this." },
    ],
    ['no clip', done({ generatedSamples: [] }), { kind: 'failed', code: 'provider_error' }],
    [
      'a blocked prompt',
      failed({ code: 3, message: 'This prompt contains words that violate our usage guidelines.' }),
      { kind: 'failed', code: 'moderation' },
    ],
    [
      'an error',
      failed({ code: 13, message: 'Internal error.' }),
      { kind: 'failed', code: 'provider_error', message: 'Internal error.' },
    ],
    ['a cancel', failed({ code: 1, message: 'canceled' }), { kind: 'canceled' }],
    [
      'an unknown operation',
      { status: 404, body: { error: { code: 404, message: 'not found', status: 'NOT_FOUND' } } },
      { kind: 'missing' },
    ],
    [
      'a wrong key, as a bad request',
      { status: 400, body: { error: { code: 400, message: 'API key not valid.', status: 'INVALID_ARGUMENT' } } },
      { kind: 'no_answer', why: 'auth' },
    ],
    [
      'a bad request',
      { status: 400, body: { error: { code: 400, message: 'what?' } } },
      { kind: 'no_answer', why: 'protocol' },
    ],
    [
      'an error of the server',
      { status: 500, body: { error: { code: 500, message: 'x', status: 'INTERNAL' } } },
      { kind: 'no_answer', why: 'transient' },
    ],
    [
      'too many',
      { status: 429, headers: { 'retry-after': '120' }, body: {} },
      { kind: 'no_answer', why: 'rate_limited', retryAfterMs: 120_000 },
    ],
    ['a page of a proxy', { body: '<html>' }, { kind: 'no_answer', why: 'protocol' }],
    ['JSON of something else', { body: { hello: 1 } }, { kind: 'no_answer', why: 'protocol' }],
  ])('finds %s', async (_name, body, expected) => {
    const { provider, exchanges } = await service(() => body);
    const answer = await provider.check(operation, soon());
    expect(answer).toMatchObject(expected);
    expect(JSON.stringify(answer)).not.toMatch(/canary|:\/\//);
    expect(exchanges.map(({ path }) => path)).toEqual([`/${name}`]);
  });
});

test('the clip is asked for with the key in a header: no URL ever holds it', async () => {
  const { provider, exchanges } = await service(({ path }, origin) => {
    if (path.startsWith('/files/')) return { status: 302, headers: { location: `${origin}/download/abc` } };
    if (path.startsWith('/download/')) return { body: 'clip' };
    return done({ generatedSamples: [{ video: { uri: `${origin}/files/abc:download?alt=media` } }] });
  });
  const { stream } = await provider.open(operation, 'clip', soon());
  expect(Buffer.concat(await Array.fromAsync(stream)).toString()).toBe('clip');
  expect(exchanges[1]).toMatchObject({ path: '/files/abc:download?alt=media', headers: { 'x-goog-api-key': canary } });
  expect(exchanges.map(({ path }) => path).join()).not.toContain('canary');
});

test('what is no name of an operation is not asked for', async () => {
  const { provider, exchanges } = await service(() => ({ body: { name } }));
  for (const id of ['abc', '../files/abc', 'models/x/operations/../../files', 'https://evil.example/operations/a']) {
    expect((await provider.check({ id }, soon())).kind).toBe('missing');
  }
  expect(exchanges).toEqual([]);
});

test('the key stays away from any other host that an answer names', async () => {
  const stranger = await startService(google, () => ({ body: 'clip' }));
  const { provider } = await service(() =>
    done({ generatedSamples: [{ video: { uri: stranger.origin.replace('127.0.0.1', 'localhost') } }] }),
  );
  await expect(provider.open(operation, 'clip', soon())).rejects.toMatchObject({ reason: 'refused' });
  expect(stranger.exchanges).toEqual([]);
  await stranger.close();
});

test('what it cannot do it does not pretend to', async () => {
  const { provider } = await service(() => ({}));
  expect(provider).not.toHaveProperty('cancel');
  expect(provider).not.toHaveProperty('list');
  expect(provider).not.toHaveProperty('verifyWebhook');
  expect(provider.capabilities).toMatchObject({ cancels: false, lists: false, callsBack: false });
});
