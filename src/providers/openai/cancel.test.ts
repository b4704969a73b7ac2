import { expect, test } from 'vitest';
import { cancel } from './cancel.ts';
import { type FakeAnswer, startFakeServer } from './fake-server.ts';

test.each<[string, FakeAnswer, unknown]>([
  ['video.deleted', { body: { id: 'a', object: 'video.deleted', deleted: true } }, 'canceled'],
  ['no body', { status: 204 }, 'canceled'],
  ['the video as deleted (SGLang)', { body: { id: 'a', object: 'video', status: 'deleted' } }, 'canceled'],
  ['the video as completed', { body: { id: 'a', object: 'video', status: 'completed' } }, 'refused'],
  ['asked twice (vLLM-Omni)', { status: 409, body: { detail: 'Cancellation in progress' } }, 'canceled'],
  ['not finished (OpenAI)', { status: 409, body: { error: { message: 'not finished' } } }, 'refused'],
  ['not known', { status: 404, body: { detail: 'x' } }, 'refused'],
  ['no such method', { status: 405 }, 'refused'],
  ['a refused key', { status: 401 }, { kind: 'no_answer', why: 'auth' }],
  ['too many', { status: 429 }, { kind: 'no_answer', why: 'rate_limited' }],
  ['an error', { status: 500 }, { kind: 'no_answer', why: 'transient' }],
])('a DELETE answered with %s', async (_name, answer, expected) => {
  const server = await startFakeServer(() => answer);
  const result = await cancel(server.connection, 'a/b=', AbortSignal.timeout(5_000));
  expect(server.asked).toEqual(['DELETE /v1/videos/a%2Fb%3D']);
  await server.close();
  if (typeof expected === 'string') expect(result).toBe(expected);
  else expect(result).toMatchObject(expected as object);
});
