import { afterEach, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '#api/testing.ts';
import type { VideoView } from '#api/wire.ts';
import { openMemoryStore } from '#store/memory.ts';
import { type Move, move } from '#video/lifecycle.ts';
import type { State } from '#video/video.ts';

let test: TestApi;
afterEach(() => test.stop());

const check = async (id: string) =>
  (await (await test.call('owner', 'POST', `/api/videos/${id}/check`)).json()) as {
    video: VideoView;
    note: string | null;
  };

async function become(id: string, to: State, details: Partial<Pick<Move, 'video' | 'attempt' | 'next'>> = {}) {
  const claimed = await test.system.store.claimOne(id, null, 1_000);
  if (!claimed || claimed === 'busy') throw new Error(`${id} could not be claimed`);
  await test.system.store.saveMoves([move(claimed, to, { next: new Date(Date.now() + 3_600_000), ...details })]);
}

it('looks, and says nothing', async () => {
  test = await createTestApi({ store: openMemoryStore(), role: 'web', script: { renderMs: 30 } });
  const { id } = await test.ask();
  await expect.poll(async () => (await check(id)).video.state, { timeout: 10_000 }).toBe('completed');
});

it('says that it looked a moment ago', async () => {
  test = await createTestApi({
    store: openMemoryStore(),
    role: 'web',
    script: { renderMs: 60_000 },
    engineSettings: { schedule: 60_000 },
  });
  const { id } = await test.ask();
  await test.call('owner', 'GET', `/api/videos/${id}/status`);
  expect((await check(id)).note).toMatch(/^We looked [0-4] s ago\.$/);
});

it('says that it is finished', async () => {
  test = await createTestApi({ store: openMemoryStore() });
  const { id } = await test.done();
  expect((await check(id)).note).toBe('It is finished; there is nothing to look at.');
});

it('says at which place it waits, and that a provider is paused', async () => {
  test = await createTestApi({ store: openMemoryStore(), engine: false });
  await test.ask();
  const { id } = await test.ask();
  expect((await check(id)).note).toBe('It waits in our line, at place 2; nothing was sent yet.');
  await test.system.store.setPaused('fake', true, { type: 'user', id: 'root' });
  expect((await check(id)).note).toBe('The provider fake is paused; this take is sent as soon as it goes on.');
});

it('says until when the provider asked us to wait', async () => {
  test = await createTestApi({ store: openMemoryStore(), engine: false });
  const { id } = await test.ask();
  const until = new Date(Date.now() + 60_000);
  await become(id, 'queued', { next: null, video: { notBefore: until } });
  expect((await check(id)).note).toContain(`It is sent again at ${until.toISOString()}`);
  await become(id, 'submitting');
  await become(id, 'running');
  expect((await check(id)).note).toBe(`The provider asked us to wait until ${until.toISOString()}.`);
});

it('says that somebody looks just now', async () => {
  test = await createTestApi({ store: openMemoryStore(), engine: false });
  const { id } = await test.ask();
  await test.system.store.claimOne(id, null, 60_000);
  expect((await check(id)).note).toBe('We are looking at it just now.');
});
