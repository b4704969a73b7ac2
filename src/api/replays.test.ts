import { afterEach, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '#api/testing.ts';
import { openMemoryStore } from '#store/memory.ts';

let test: TestApi;
afterEach(() => test.stop());

async function create(key: string, body: object, as: 'key' | 'other' = 'key') {
  const answer = await test.call(as, 'POST', '/api/videos', { body, headers: { 'idempotency-key': key } });
  const { videos = [] } = (await answer.clone().json()) as { videos?: { id: string }[] };
  return { answer, ids: videos.map((video) => video.id) };
}

it('makes one video of a request that is sent three times, at once or later', async () => {
  test = await createTestApi({ store: openMemoryStore(), engine: false });
  const body = { prompt: 'a red fox', count: 2 };
  const [first, second] = await Promise.all([create('k1', body), create('k1', body)]);
  const third = await create('k1', body);
  expect(first.ids).toHaveLength(2);
  expect(second.ids).toEqual(first.ids);
  expect(third.ids).toEqual(first.ids);
  expect(first.answer.headers.get('x-dailies-replayed')).toBeNull();
  expect(third.answer.headers.get('x-dailies-replayed')).toBe('true');
  expect(await test.system.store.list({ ownerId: null, limit: 10, order: 'asc' })).toHaveLength(2);
});

it('refuses another body under the same key, and keeps owners apart', async () => {
  test = await createTestApi({ store: openMemoryStore(), engine: false });
  const first = await create('k1', { prompt: 'a red fox' });
  const { answer } = await create('k1', { prompt: 'a blue fox' });
  expect([answer.status, answer.headers.get('x-should-retry')]).toEqual([409, 'false']);
  const others = await create('k1', { prompt: 'a blue fox' }, 'other');
  expect(others.answer.status).toBe(202);
  expect(others.ids).not.toEqual(first.ids);
});

it('forgets a failure', async () => {
  test = await createTestApi({ store: openMemoryStore(), engine: false });
  expect((await create('k1', { prompt: 'x', model: 'veo-9' })).answer.status).toBe(400);
  expect((await create('k1', { prompt: 'x' })).answer.status).toBe(202);
});

it('makes a video of its own of a retry that follows a refusal, and of none whose answer was lost', async () => {
  test = await createTestApi({ store: openMemoryStore(), engine: false, engineSettings: { maxQueuedPerOwner: 2 } });
  const ask = async (tries: number) => {
    const headers = { 'x-stainless-retry-count': String(tries) };
    const answer = await test.call('key', 'POST', '/api/videos', { body: { prompt: 'a red fox' }, headers });
    return { status: answer.status, replayed: answer.headers.get('x-dailies-replayed') };
  };
  expect([await ask(0), await ask(0)].map(({ status }) => status)).toEqual([202, 202]);
  expect(await ask(0)).toMatchObject({ status: 429 });
  test.system.settings.maxQueuedPerOwner = 3;
  expect(await ask(1)).toEqual({ status: 202, replayed: null });
  expect(await ask(1)).toEqual({ status: 202, replayed: 'true' });
});
