import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createMemoryMedia } from '#engine/testing.ts';
import { encode } from '#providers/openai/encode.ts';
import { openMemoryStore } from '#store/memory.ts';
import type { Request } from '#video/video.ts';
import { createReadInput } from './read-input.ts';

const dir = mkdtempSync(join(tmpdir(), 'dailies-inputs-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const { signal } = new AbortController();

async function setFiles(bytes: number, contentType: string) {
  const store = openMemoryStore();
  const media = createMemoryMedia({ now: () => new Date(), sleep: async () => {} });
  const content = Buffer.alloc(bytes, 'fox ');
  media.files.set('references/asset_1', content);
  const about = { contentType, bytes, sha256: 'ab', width: 320, height: 180, durationMs: null };
  const asset = { ...about, id: 'asset_1', key: 'references/asset_1', videoId: null, attemptId: null };
  await store.addReference({ ...asset, kind: 'reference' }, 'ada', { name: null, purpose: null });
  return { content, readInput: createReadInput(store, media, join(dir, contentType.replace('/', '-'))) };
}

const request: Request = {
  model: null,
  prompt: 'x',
  seconds: 4,
  size: '320x180',
  seed: null,
  settings: {},
  inputs: [],
};

test('an image comes in memory', async () => {
  const { content, readInput } = await setFiles(1_000, 'image/png');
  const file = await readInput('asset_1', signal);
  expect(file).toEqual({ bytes: new Uint8Array(content), contentType: 'image/png', name: 'asset_1.png' });
  expect(await readInput('asset_2', signal)).toBeNull();
});

test('a large video comes from the disk, and is sent as the same form', async () => {
  const { content, readInput } = await setFiles(20_000_001, 'video/mp4');
  const file = await readInput('asset_1', signal);
  if (!file || !('blob' in file)) throw new Error('it came in memory');
  expect(file.blob.size).toBe(content.length);
  const large = encode(request, [file], 'key', 'multipart');
  const small = encode(
    request,
    [{ ...file, bytes: content }].map(({ blob: _, ...rest }) => rest),
    'key',
    'multipart',
  );
  expect(large.contentType).toBe(small.contentType);
  const sent = Buffer.from(await (large.body as Blob).arrayBuffer());
  expect(sent.equals(small.body as Uint8Array)).toBe(true);
});

test('what was left by earlier requests goes', async () => {
  const { readInput } = await setFiles(20_000_001, 'video/webm');
  await readInput('asset_1', signal);
  const place = join(dir, 'video-webm');
  writeFileSync(join(place, 'old'), 'x');
  utimesSync(join(place, 'old'), new Date(0), new Date(0));
  await readInput('asset_1', signal);
  expect(readdirSync(place)).not.toContain('old');
});
