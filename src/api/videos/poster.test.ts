import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '#api/testing.ts';
import type { VideoView } from '#api/wire.ts';
import type { Media } from '#engine/system.ts';
import { createMemoryMedia } from '#engine/testing.ts';
import { createDiskMedia } from '#media/disk.ts';
import { openMemoryStore } from '#store/memory.ts';

const dir = mkdtempSync(join(tmpdir(), 'dailies-posters-'));
let test: TestApi;
beforeAll(async () => {
  const disk = createDiskMedia({ dir });
  const memory = createMemoryMedia({ now: () => new Date(), sleep: async () => {} });
  // The clips of the fake provider are none that could be looked into.
  const files: Media = {
    ...disk,
    put: (key, kind, ...rest) => (kind === 'clip' ? memory : disk).put(key, kind, ...rest),
  };
  test = await createTestApi({ store: openMemoryStore(), files });
});
afterAll(async () => {
  await test.stop();
  rmSync(dir, { recursive: true, force: true });
});

const frame = (width = 320, height = 180) =>
  sharp({ create: { width, height, channels: 3, background: 'teal' } })
    .webp()
    .toBuffer();
const put = (id: string, raw: Uint8Array | string, as: 'key' | 'other' | 'viewer' = 'key', type = 'image/webp') =>
  test.call(as, 'PUT', `/api/videos/${id}/poster`, { raw: raw as BodyInit, headers: { 'content-type': type } });
const filesOf = (id: string) => {
  try {
    return readdirSync(join(dir, id), { recursive: true }).filter((name) => String(name).includes('poster'));
  } catch {
    return [];
  }
};

describe('a poster', () => {
  it('of the first who draws one is everybody’s thumbnail, and is told live', async () => {
    const { id, thumbnail_url } = await test.done();
    expect(thumbnail_url).toBeNull();
    const stream = await test.api.live.subscribe({ ownerId: 'owner' });
    const answers = await Promise.all([1, 2, 3].map(async () => put(id, await frame())));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const view = { thumbnail_url: expect.stringContaining('thumbnail') };
    await expect.poll(() => stream.take(), { timeout: 5_000 }).toMatchObject({ videoId: id, view });
    stream.close();
    const video = (await (await test.call('key', 'GET', `/api/videos/${id}`)).json()) as VideoView;
    const answer = await test.call(
      'anonymous',
      'GET',
      new URL(video.thumbnail_url ?? '').pathname + new URL(video.thumbnail_url ?? '').search,
    );
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp']);
    expect(filesOf(id)).toHaveLength(1);
    expect(await (await put(id, await frame())).json()).toMatchObject({ error: { code: 'poster_exists' } });
  });

  it.each<[what: string, raw: () => Promise<Uint8Array | string>, type: string, status: number, rule: string]>([
    ['of another shape', () => frame(180, 320), 'image/webp', 400, 'the shape of the clip'],
    ['that is none', async () => 'hello, hello, hello', 'image/webp', 400, 'no JPEG, PNG or WebP'],
    ['that is nothing', async () => '', 'image/webp', 400, 'must be an image'],
    [
      'of two megabytes',
      async () => Buffer.concat([await frame(), Buffer.alloc(2_000_000)]),
      'image/png',
      413,
      '1000000',
    ],
    ['that says it is a video', () => frame(), 'video/mp4', 415, 'image/webp'],
  ])('%s is refused', async (_what, raw, type, status, rule) => {
    const { id } = await test.done();
    const answer = await put(id, await raw(), 'key', type);
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(rule)]);
    expect(filesOf(id)).toEqual([]);
  });

  it('may be a little off in its shape, as browsers round it', async () => {
    const { id } = await test.done();
    expect((await put(id, await frame(161, 90))).status).toBe(200);
  });

  it('is made by the owner alone', async () => {
    const { id } = await test.done();
    expect((await put(id, await frame(), 'other')).status).toBe(404);
    expect((await put(id, await frame(), 'viewer')).status).toBe(403);
  });
});

it('a clip that is not ready has no poster', async () => {
  const still = await createTestApi({ store: openMemoryStore(), engine: false });
  const { id } = await still.ask();
  const headers = { 'content-type': 'image/webp' };
  const answer = await still.call('key', 'PUT', `/api/videos/${id}/poster`, { raw: 'x', headers });
  expect(answer.status).toBe(409);
  await still.stop();
});
