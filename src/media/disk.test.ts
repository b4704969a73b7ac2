import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Download } from '#engine/system.ts';
import { download, key, mediaConformance, never } from './conformance.ts';
import { createDiskMedia } from './disk.ts';
import { renderSamples, type Samples } from './testing.ts';

let samples: Samples;
let dir: string;
let media: ReturnType<typeof createDiskMedia>;

beforeAll(async () => {
  samples = await renderSamples();
});

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dailies-media-'));
  media = createDiskMedia({ dir });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const tempFiles = () => readdirSync(join(dir, '.tmp'));
/** Where the system tells (Linux). */
const openFiles = () => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0);

mediaConformance(
  async (options) => createDiskMedia({ dir, ...options }),
  () => samples,
);

test('a deleted file takes its empty directories along', async () => {
  await media.put(key, 'clip', download(samples.clip), never);
  await media.delete(key);
  expect(readdirSync(dir)).toEqual(['.tmp']);
  expect(tempFiles()).toEqual([]);
});

describe('of a file that fails', () => {
  test.each<[string, () => Download]>([
    ['nothing is left behind', () => download(Buffer.from('<html>'))],
    [
      'nothing is left behind where it breaks off',
      () => download(samples.clip.subarray(0, -1), { bytes: samples.clip.length }),
    ],
  ])('%s, and the one that was there stays', async (_what, make) => {
    await media.put(key, 'clip', download(samples.clip), never);
    await expect(media.put(key, 'clip', make(), never)).rejects.toThrow();
    expect(tempFiles()).toEqual([]);
    const stream = await media.open(key);
    expect(Buffer.from(await new Response(stream).arrayBuffer())).toEqual(samples.clip);
  });
});

test('a place that cannot be written to is a passing trouble, in words', async () => {
  writeFileSync(join(dir, '.tmp'), 'in the way');
  await expect(media.put(key, 'clip', download(samples.clip), never)).rejects.toMatchObject({
    name: 'DownloadError',
    reason: 'transient',
    message: expect.stringContaining('could not be written'),
  });
});

describe('a key', () => {
  test('whatever it is, no file outside is ever opened', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'dailies-outside-'));
    writeFileSync(join(outside, 'x'), 'secret');
    const step = fc.oneof(fc.constantFrom('..', '.', '', '%2e%2e', '..\\', '\u0000', outside.slice(1)), fc.string());
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const opened = await media.open([...steps, 'x'].join('/')).catch((error: Error) => error);
        expect(opened === null || (opened instanceof Error && opened.message === 'not a storage key')).toBe(true);
      }),
    );
    rmSync(outside, { recursive: true });
  });

  test('does not follow a link out of the directory', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'dailies-outside-'));
    writeFileSync(join(outside, 'clip'), 'secret');
    symlinkSync(outside, join(dir, 'video_1'));
    await expect(media.open('video_1/clip')).rejects.toThrow('not a storage key');
    rmSync(outside, { recursive: true });
  });
});

test('a reader that turns away leaves no file open', async () => {
  await media.put(key, 'clip', download(Buffer.concat([samples.clip, Buffer.alloc(3_000_000)])), never);
  const before = openFiles();
  for (let i = 0; i < 10; i++) {
    const reader = (await media.open(key))?.getReader();
    await reader?.read();
    await reader?.cancel();
  }
  await expect.poll(openFiles).toBe(before);
});

test('the sweep removes what dead processes left, and nothing that is being written', async () => {
  mkdirSync(join(dir, '.tmp'));
  const stale = join(dir, '.tmp', 'stale.part');
  writeFileSync(stale, 'x');
  utimesSync(stale, new Date(Date.now() - 7_200_000), new Date(Date.now() - 7_200_000));
  writeFileSync(join(dir, '.tmp', 'fresh.part'), 'x');
  expect(await media.sweep()).toBe(1);
  expect(tempFiles()).toEqual(['fresh.part']);
});

test('a sweep of an empty place finds nothing; the check makes the place', async () => {
  expect(await media.sweep()).toBe(0);
  await createDiskMedia({ dir: join(dir, 'new') }).check();
  expect(readFileSync(join(dir, 'x'), { flag: 'a+' }).length).toBe(0);
});
