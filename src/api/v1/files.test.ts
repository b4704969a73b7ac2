import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestApi, keys, type TestApi } from '#api/testing.ts';
import { createDiskMedia } from '#media/disk.ts';
import { openMemoryStore } from '#store/memory.ts';

const dir = mkdtempSync(join(tmpdir(), 'dailies-v1-files-'));
let test: TestApi;
let server: Server;
let client: OpenAI;
let png: Buffer;
beforeAll(async () => {
  test = await createTestApi({ store: openMemoryStore(), engine: false, files: createDiskMedia({ dir }) });
  server = createServer(getRequestListener(test.app.fetch, { overrideGlobalObjects: false }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  client = new OpenAI({ baseURL, apiKey: keys.key, maxRetries: 0 });
  png = await sharp({ create: { width: 320, height: 180, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
});
afterAll(async () => {
  server.close();
  await test.stop();
  rmSync(dir, { recursive: true, force: true });
});

const upload = async (name: string, purpose: 'vision' | 'user_data' = 'vision') =>
  client.files.create({ file: await toFile(png, name), purpose });

it('does with files what the SDK asks for', async () => {
  const file = await upload('fox.png');
  expect(file).toMatchObject({ object: 'file', filename: 'fox.png', purpose: 'vision', bytes: png.length });
  expect(await client.files.retrieve(file.id)).toEqual(file);
  const content = await client.files.content(file.id);
  expect(Buffer.from(await content.arrayBuffer())).toEqual(png);
  expect(await client.files.delete(file.id)).toEqual({ id: file.id, object: 'file', deleted: true });
  await expect(client.files.retrieve(file.id)).rejects.toMatchObject({ status: 404, code: 'not_found' });
});

it('lists them in pages, by purpose', async () => {
  const made: string[] = [];
  for (const name of ['a.png', 'b.png', 'c.png']) made.unshift((await upload(name, 'user_data')).id);
  await upload('d.png');
  const listed: string[] = [];
  for await (const file of client.files.list({ purpose: 'user_data', limit: 2 })) listed.push(file.id);
  expect(listed).toEqual(made);
  const page = await client.files.list({ order: 'asc', purpose: 'user_data', limit: 1 });
  expect(page).toMatchObject({ data: [{ id: made[2] }], has_more: true });
  await expect(client.files.list({ after: 'asset_0' })).rejects.toMatchObject({ status: 400, param: 'after' });
});

it('are first frames by their ids', async () => {
  const { id } = await upload('fox.png');
  const video = await client.videos.create({
    prompt: 'a fox',
    size: '1280x720',
    input_reference: { file_id: id },
  } as never);
  const details = await test.system.store.get(video.id, null);
  expect(details?.video.inputs).toEqual([id]);
  await expect(client.files.delete(id)).rejects.toMatchObject({ status: 409, code: 'in_use' });
});

it('says which rule a file breaks', async () => {
  const file = await toFile(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'fox.png');
  await expect(client.files.create({ file, purpose: 'vision' })).rejects.toMatchObject({
    status: 400,
    param: 'file',
    code: 'invalid_reference',
    message: expect.stringContaining('no JPEG, PNG or WebP image'),
  });
});
