import { expect, it } from 'vitest';
import { createTestApi } from '#api/testing.ts';
import type { VideoView } from '#api/wire.ts';
import { keepHouse } from '#engine/housekeeping.ts';
import { openMemoryStore } from '#store/memory.ts';
import { retentionSchema } from './wire.ts';

const asked = async (test: Awaited<ReturnType<typeof createTestApi>>) =>
  retentionSchema.parse(await (await test.call('admin', 'GET', '/api/admin/retention')).json());

it('lists what would go, deletes nothing, and the take then says that its clip is gone', async () => {
  const test = await createTestApi({ store: openMemoryStore(), settings: { retentionMs: 1 } });
  const { id } = await test.done();
  expect(await asked(test)).toMatchObject({ videos: [{ id, owner_id: 'owner', bytes: 4 }], bytes: 4, more: false });
  expect((await test.call('key', 'GET', `/api/videos/${id}/content`)).status).toBe(200);

  expect(await keepHouse(test.system, 1, 'me')).toMatchObject({ expired: 1 });
  expect((await asked(test)).videos).toEqual([]);
  const video = (await (await test.call('key', 'GET', `/api/videos/${id}`)).json()) as VideoView;
  expect(video).toMatchObject({ status: 'completed', clip_deleted: true, video_url: null, error: null });
  expect(video.step.text).toBe('Its time was up: the clip was deleted');
  const content = await test.call('key', 'GET', `/api/videos/${id}/content`);
  expect([content.status, await content.json()]).toMatchObject([404, { error: { code: 'clip_deleted' } }]);
  expect(test.media.files.size).toBe(0);
  await test.stop();
});

it('is told beforehand in expires_at, but not of what is starred', async () => {
  const test = await createTestApi({ store: openMemoryStore(), settings: { retentionMs: 60_000 } });
  const { id } = await test.done();
  const told = async () => {
    const answer = await test.call('key', 'GET', `/v1/videos/${id}`);
    return (await answer.json()) as { completed_at: number; expires_at: number | null };
  };
  const { completed_at, expires_at } = await told();
  expect(expires_at).toBe(completed_at + 60);
  await test.call('key', 'PATCH', `/api/videos/${id}`, { body: { starred: true } });
  expect((await told()).expires_at).toBeNull();
  await test.stop();
});

it('is nothing where clips stay', async () => {
  const test = await createTestApi({ store: openMemoryStore() });
  await test.done();
  expect(await asked(test)).toEqual({ days: null, videos: [], bytes: 0, more: false });
  await test.stop();
});
