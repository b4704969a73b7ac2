import { createHash } from 'node:crypto';
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
import { createSimulator } from '#simulator/server.ts';
import { createDiskMedia } from './disk.ts';

let clip: Buffer;
let thumbnail: Buffer;
let dir: string;
let media: ReturnType<typeof createDiskMedia>;

beforeAll(async () => {
  const simulator = createSimulator({ speed: 0 });
  const ask = async (path: string, init?: RequestInit) =>
    simulator.fetch(new Request(`http://simulator/v1/videos${path}`, init));
  const body = JSON.stringify({ prompt: 'a red fox', seconds: 1, size: '320x180' });
  const created = await ask('', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const { id } = (await created.json()) as { id: string };
  await simulator.settled();
  const file = async (query: string) => Buffer.from(await (await ask(`/${id}/content${query}`)).arrayBuffer());
  clip = await file('');
  thumbnail = await file('?variant=thumbnail');
  await simulator.close();
});

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dailies-media-'));
  media = createDiskMedia({ dir });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const never = new AbortController().signal;
const key = 'video_1/attempt_1/clip';
const tempFiles = () => readdirSync(join(dir, '.tmp'));
/** Where the system tells (Linux). */
const openFiles = () => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0);

function download(content: Uint8Array, more: Partial<Download> = {}): Download {
  async function* chunks() {
    for (let at = 0; at < content.byteLength; at += 10_000) yield content.subarray(at, at + 10_000);
  }
  return { stream: chunks(), contentType: 'text/plain', bytes: content.byteLength, ...more };
}

async function read(range?: { start: number; end: number }) {
  const stream = await media.open(key, range);
  if (!stream) return null;
  return Buffer.from(await new Response(stream).arrayBuffer());
}

describe('a stored clip', () => {
  test('is read back byte by byte, and described by its content, not by its label', async () => {
    const stored = await media.put(key, 'clip', download(clip), never);
    expect(stored).toEqual({
      key,
      bytes: clip.byteLength,
      sha256: createHash('sha256').update(clip).digest('hex'),
      contentType: 'video/mp4',
      width: 320,
      height: 180,
      durationMs: 1_000,
    });
    expect(await read()).toEqual(clip);
    expect(tempFiles()).toEqual([]);
  });

  test('is read in parts, both ends included', async () => {
    await media.put(key, 'clip', download(clip), never);
    expect(await read({ start: 0, end: 0 })).toEqual(clip.subarray(0, 1));
    expect(await read({ start: 100, end: 299 })).toEqual(clip.subarray(100, 300));
    expect(await read({ start: clip.byteLength - 1, end: clip.byteLength - 1 })).toEqual(clip.subarray(-1));
  });

  test('takes the place of an older one', async () => {
    await media.put(key, 'clip', download(clip), never);
    await media.put(key, 'clip', download(clip), never);
    expect(await read()).toEqual(clip);
  });

  test('is gone after a delete, with its empty directories; a second delete is no error', async () => {
    await media.put(key, 'clip', download(clip), never);
    await media.delete(key);
    await media.delete(key);
    expect(await read()).toBeNull();
    expect(readdirSync(dir)).toEqual(['.tmp']);
  });

  test('leaves its neighbours when it is deleted', async () => {
    await media.put(key, 'clip', download(clip), never);
    await media.put('video_1/attempt_1/thumbnail', 'thumbnail', download(thumbnail), never);
    await media.delete(key);
    expect(readdirSync(join(dir, 'video_1/attempt_1'))).toEqual(['thumbnail']);
  });
});

test('a thumbnail is stored as an image', async () => {
  expect(await media.put('v/a/thumbnail', 'thumbnail', download(thumbnail), never)).toMatchObject({
    contentType: 'image/webp',
    durationMs: null,
  });
});

describe('nothing is left behind, and nothing takes the name, when', () => {
  const broken = async function* () {
    yield clip.subarray(0, 1_000);
    throw new Error('reset');
  };
  test.each<[string, () => Download, object]>([
    ['the stream breaks off', () => download(clip, { stream: broken() }), { message: 'reset' }],
    ['bytes are missing', () => download(clip.subarray(0, -1), { bytes: clip.byteLength }), { reason: 'transient' }],
    ['there are too many bytes', () => download(clip, { bytes: 10 }), { reason: 'transient' }],
    ['the file is empty', () => download(Buffer.alloc(0), { bytes: null }), { reason: 'transient' }],
    [
      'it is a web page',
      () => download(Buffer.from('<!doctype html><html>Bad gateway</html>')),
      { reason: 'not_media' },
    ],
    ['it is an image', () => download(thumbnail), { reason: 'not_media' }],
    ['it is noise', () => download(Buffer.alloc(50_000, 'noise')), { reason: 'not_media' }],
    [
      'the end is cut off, and no length was told',
      () => download(clip.subarray(0, -2_000), { bytes: null }),
      { reason: 'not_media' },
    ],
  ])('%s', async (_name, make, error) => {
    await expect(media.put(key, 'clip', make(), never)).rejects.toMatchObject(error);
    expect(tempFiles()).toEqual([]);
    expect(await read()).toBeNull();
  });

  test('it is larger than allowed', async () => {
    const small = createDiskMedia({ dir, maxBytes: 20_000 });
    await expect(small.put(key, 'clip', download(Buffer.alloc(30_000)), never)).rejects.toMatchObject({
      reason: 'refused',
    });
    expect(tempFiles()).toEqual([]);
  });

  test('it is aborted while the stream is silent', async () => {
    const controller = new AbortController();
    async function* silent() {
      yield clip.subarray(0, 100);
      setTimeout(() => controller.abort(new Error('stop')), 10);
      await new Promise(() => undefined);
    }
    const putting = media.put(key, 'clip', download(clip, { stream: silent() }), controller.signal);
    await expect(putting).rejects.toThrow('stop');
    expect(tempFiles()).toEqual([]);
  });

  test('a failed one leaves the file that was there', async () => {
    await media.put(key, 'clip', download(clip), never);
    await expect(media.put(key, 'clip', download(Buffer.from('x')), never)).rejects.toThrow();
    expect(await read()).toEqual(clip);
  });

  test('a thumbnail is a clip', async () => {
    await expect(media.put(key, 'thumbnail', download(clip), never)).rejects.toMatchObject({ reason: 'not_media' });
  });
});

test('a place that cannot be written to is a passing trouble, in words', async () => {
  writeFileSync(join(dir, '.tmp'), 'in the way');
  await expect(media.put(key, 'clip', download(clip), never)).rejects.toMatchObject({
    name: 'DownloadError',
    reason: 'transient',
    message: expect.stringContaining('could not be written'),
  });
});

describe('a key', () => {
  const strange = [
    '../x',
    'a/../../x',
    '/etc/passwd',
    'a//b',
    'a/./b',
    '.',
    '..',
    '',
    'a/',
    '/a',
    'a\\..\\b',
    'a\u0000b',
    '%2e%2e/x',
    '.tmp/x',
    'C:/x',
    '//host/share',
    'a/b/c/d/e',
    'a'.repeat(200),
    'ä',
    'a b',
  ];
  test.each(strange)('%j is refused', async (bad) => {
    await expect(media.open(bad)).rejects.toThrow('not a storage key');
    await expect(media.delete(bad)).rejects.toThrow('not a storage key');
    await expect(media.put(bad, 'clip', download(clip), never)).rejects.toThrow('not a storage key');
  });

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
  await media.put(key, 'clip', download(Buffer.concat([clip, Buffer.alloc(3_000_000)])), never);
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
