import { afterEach, expect, test, vi } from 'vitest';
import { ApiError, api, contentPath } from './api.ts';

const answer = (body: string, status: number) =>
  vi.stubGlobal(
    'fetch',
    vi.fn(async () => new Response(body, { status })),
  );

afterEach(() => vi.unstubAllGlobals());

test('a refusal carries the message, the field and the code of the envelope', async () => {
  answer(
    JSON.stringify({ error: { message: 'prompt must not be empty', type: 'x', param: 'prompt', code: 'bad' } }),
    400,
  );
  await expect(api.create({ prompt: '' }, 'key')).rejects.toMatchObject({
    status: 400,
    message: 'prompt must not be empty',
    param: 'prompt',
    code: 'bad',
  });
});

test('an answer of a proxy in between is said plainly', async () => {
  answer('<html>Bad gateway</html>', 502);
  await expect(api.session()).rejects.toThrow('The server answered 502.');
  answer('<html>Hello</html>', 200);
  await expect(api.session()).rejects.toThrow('no JSON');
});

test('no answer at all is an error of its own', async () => {
  vi.stubGlobal(
    'fetch',
    vi.fn(async () => {
      throw new TypeError('fetch failed');
    }),
  );
  const error = await api.session().catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 0, code: 'unreachable' });
});

test('lists ask only for what is set, and paths escape what they are given', async () => {
  answer('{"videos":[],"next":null}', 200);
  await api.videos({ status: 'ready', q: 'a & b', starred: undefined });
  expect(vi.mocked(fetch).mock.calls[0]?.[0]).toBe('/api/videos?status=ready&q=a+%26+b');
  expect(contentPath('a/b', 'thumbnail')).toBe('/api/videos/a%2Fb/content?variant=thumbnail');
});

test('a create carries its key', async () => {
  answer('{"videos":[]}', 202);
  await api.create({ prompt: 'a fox' }, 'key-1');
  expect(vi.mocked(fetch).mock.calls[0]?.[1]).toMatchObject({
    method: 'POST',
    headers: { 'idempotency-key': 'key-1' },
  });
});
