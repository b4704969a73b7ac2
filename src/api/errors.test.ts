import { expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import { StoreAway } from '#video/errors/store-away.ts';
import { createTestApi } from './testing.ts';

it('says 503 and when to come back while the database is away', async () => {
  const store = openMemoryStore();
  const test = await createTestApi({ store, engine: false });
  const { id } = await test.ask();
  store.get = () => Promise.reject(new StoreAway('the database does not answer'));
  for (const path of [`/api/videos/${id}`, `/v1/videos/${id}`]) {
    const answer = await test.call('key', 'GET', path);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await answer.json()).toMatchObject({ error: { type: 'server_error', code: 'unavailable' } });
  }
  await test.stop();
});
