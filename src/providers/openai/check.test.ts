import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedact } from '#providers/answers/redact.ts';
import { parse, type Reply } from '#providers/answers/reply.ts';
import type { Json } from '#video/video.ts';
import { interpret } from './check.ts';

const redact = createRedact(['canary']);

function look(status: number, body: Json | string, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const reply: Reply = { status, header: (name) => headers[name] ?? null, text, json: parse(text) };
  return interpret(reply, 'video_1', redact);
}

const video = (more: Record<string, Json>): Json => ({ id: 'video_1', object: 'video', ...more });

describe('a video object is a verdict or a job that runs', () => {
  test.each<[string, string]>([
    ['completed', 'completed'],
    ['succeeded', 'completed'],
    ['SUCCESS', 'completed'],
    ['done', 'completed'],
    ['failed', 'failed'],
    ['error', 'failed'],
    ['canceled', 'canceled'],
    ['cancelled', 'canceled'],
    ['deleted', 'canceled'],
    ['expired', 'failed'],
    ['queued', 'running'],
    ['in_progress', 'running'],
    ['processing', 'running'],
    ['pending', 'running'],
    ['NOT_START', 'running'],
    ['unknown', 'running'],
    ['something_new', 'running'],
    ['constructor', 'running'],
  ])('status %s means %s', (status, kind) => {
    expect(look(200, video({ status })).kind).toBe(kind);
  });

  test('which waits in the queue while the provider says so', () => {
    expect(look(200, video({ status: 'queued' }))).toMatchObject({ kind: 'running', queued: true, progress: null });
    expect(look(200, video({ status: 'in_progress', progress: 33 }))).toMatchObject({ queued: false, progress: 33 });
  });

  test.each<[Json, number | null]>([
    [0, 0],
    [33, 33],
    ['45%', 45],
    [140, 100],
    [-3, 0],
    ['soon', null],
    [null, null],
    [{}, null],
  ])('progress %j is read as %j', (progress, expected) => {
    expect(look(200, video({ status: 'in_progress', progress }))).toMatchObject({ progress: expected });
  });

  test.each([400, 404, 422, 500, 503])('also under HTTP %i, as vLLM-Omni answers for failed jobs', (status) => {
    const error = { code: 500, message: 'CUDA out of memory' };
    expect(look(status, video({ status: 'failed', error }))).toMatchObject({
      kind: 'failed',
      code: 'provider_error',
      message: 'CUDA out of memory',
    });
  });

  test('also without `object`, when it has our id', () => {
    expect(look(200, { id: 'video_1', status: 'completed' }).kind).toBe('completed');
    expect(look(200, { task_id: 'video_1', status: 'SUCCESS' }).kind).toBe('completed');
    expect(look(200, { id: 'another', status: 'completed' }).kind).toBe('no_answer');
  });

  test.each<[Json, string]>([
    [{ code: 'moderation_blocked', message: 'x' }, 'moderation'],
    ['The prompt was rejected by the safety system.', 'moderation'],
    [{ message: 'no code at all' }, 'provider_error'],
    [{ code: 400, message: 'bad size' }, 'invalid_request'],
    [{ code: 'insufficient_quota', message: 'x' }, 'quota'],
    [{ code: 'server_error', message: 'x' }, 'provider_error'],
    [null, 'unclassified'],
    [[], 'unclassified'],
  ])('an error %j is %s', (error, code) => {
    expect(look(200, video({ status: 'failed', error }))).toMatchObject({ kind: 'failed', code });
  });

  test("the render time comes from the provider's own clock, in seconds, milliseconds or words", () => {
    const done = (created_at: Json, completed_at: Json) =>
      look(200, video({ status: 'completed', created_at, completed_at }));
    expect(done(1_790_000_000, 1_790_000_090)).toMatchObject({ renderMs: 90_000 });
    expect(done(1_790_000_000_000, 1_790_000_090_000)).toMatchObject({ renderMs: 90_000 });
    expect(done('2026-11-20T10:00:00Z', '2026-11-20T10:01:30Z')).toMatchObject({ renderMs: 90_000 });
    expect(done(1_790_000_000, null)).toMatchObject({ renderMs: null });
    expect(done(1_790_000_000, 0)).toMatchObject({ renderMs: null });
  });
});

describe('everything else is no verdict', () => {
  test.each<[number, Json | string, string]>([
    [200, '', 'protocol'],
    [200, '{"id":"video_1","object":"vid', 'protocol'],
    [200, '<html>', 'protocol'],
    [200, [], 'protocol'],
    [200, video({}), 'protocol'],
    [200, { status: 'error', message: 'upstream' }, 'protocol'],
    [301, '', 'protocol'],
    [400, { error: { message: 'bad' } }, 'protocol'],
    [401, { error: { message: 'bad key' } }, 'auth'],
    [402, '', 'auth'],
    [403, '<html>', 'auth'],
    [404, '<html>404</html>', 'protocol'],
    [404, '', 'protocol'],
    [408, '', 'transient'],
    [409, { detail: 'busy' }, 'protocol'],
    [410, { detail: 'gone' }, 'protocol'],
    [425, '', 'transient'],
    [429, '', 'rate_limited'],
    [500, { error: { message: 'oops' } }, 'transient'],
    [502, '<html>', 'transient'],
    [503, '', 'transient'],
  ])('%i %j', (status, body, why) => {
    expect(look(status, body)).toMatchObject({ kind: 'no_answer', why });
  });

  test.each<Json>([{ detail: 'Video not found' }, { error: { message: 'No such video' } }, { message: 'not found' }])(
    'only a 404 in the words of an API says that the job is missing: %j',
    (body) => {
      expect(look(404, body).kind).toBe('missing');
    },
  );

  test('Retry-After is kept in full, on any status', () => {
    expect(look(429, '', { 'retry-after': '600' })).toMatchObject({ retryAfterMs: 600_000 });
    expect(look(503, '', { 'retry-after': '30' })).toMatchObject({ retryAfterMs: 30_000 });
  });

  test('no body, however strange, makes it throw or makes a job of another kind fail', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), fc.oneof(fc.jsonValue(), fc.string()), (status, body) => {
        expect(['no_answer', 'missing']).toContain(look(status, body as Json).kind);
      }),
    );
  });
});

test('what is kept of an answer has no URL, no key, no NUL, and at most 8 kB', () => {
  const answer = look(
    200,
    video({
      status: 'completed',
      url: 'https://signed.example/x?sig=1',
      file_path: '/srv/x.mp4',
      metadata: { url: 'https://signed.example/y', note: 'see https://signed.example/z' },
      prompt: 'a\u0000b canary \ud800',
      long: Array.from({ length: 500 }, (_, i) => ({ i, text: 'x'.repeat(100) })),
    }),
  );
  if (answer.kind !== 'completed') throw new Error('not completed');
  const raw = JSON.stringify(answer.raw);
  expect(raw).not.toMatch(/signed\.example|canary|srv|\\u0000|\\ud800/);
  expect(raw).toContain('"status":"completed"');
  expect(Buffer.byteLength(raw)).toBeLessThanOrEqual(8_192);
});
