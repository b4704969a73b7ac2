import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Download, Media } from '#engine/system.ts';
import { DownloadError } from '#video/errors/download-error.ts';
import type { Samples } from './testing.ts';

export const never = new AbortController().signal;
export const key = 'video_1/attempt_1/clip';

export function download(content: Uint8Array, more: Partial<Download> = {}): Download {
  async function* chunks() {
    for (let at = 0; at < content.byteLength; at += 10_000) yield content.subarray(at, at + 10_000);
  }
  return { stream: chunks(), contentType: 'text/plain', bytes: content.byteLength, ...more };
}

/** What every store of files promises: the same operations, the same answers. */
export function mediaConformance(
  open: (options?: { maxBytes?: number }) => Promise<Media>,
  samples: () => Samples,
): void {
  let media: Media;
  let clip: Buffer;
  let thumbnail: Buffer;
  beforeEach(async () => {
    media = await open();
    ({ clip, thumbnail } = samples());
  });

  async function read(range?: { start: number; end: number }) {
    const stream = await media.open(key, range);
    return stream ? Buffer.from(await new Response(stream).arrayBuffer()) : null;
  }
  async function keys(before = new Date(Date.now() + 60_000)) {
    const found: string[] = [];
    for await (const one of media.keysBefore(before)) found.push(one);
    return found.sort();
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

    test('is gone after a delete, and its neighbours stay; a second delete is no error', async () => {
      await media.put(key, 'clip', download(clip), never);
      await media.put('video_1/attempt_1/thumbnail', 'thumbnail', download(thumbnail), never);
      await media.delete(key);
      await media.delete(key);
      expect(await read()).toBeNull();
      expect(await keys()).toEqual(['video_1/attempt_1/thumbnail']);
    });

    test('of many parts is the same as one of few', async () => {
      const padded = Buffer.concat([clip, freeBox(9_000_000)]);
      const { sha256, bytes } = await media.put(key, 'clip', download(padded), never);
      expect([sha256, bytes]).toEqual([createHash('sha256').update(padded).digest('hex'), padded.byteLength]);
      expect((await read())?.equals(padded)).toBe(true);
    });
  });

  test('a thumbnail is stored as an image', async () => {
    expect(await media.put('v/a/thumbnail', 'thumbnail', download(thumbnail), never)).toMatchObject({
      contentType: 'image/webp',
      durationMs: null,
    });
  });

  test('keys are listed by when they were written', async () => {
    await media.put(key, 'clip', download(clip), never);
    expect(await keys()).toEqual([key]);
    expect(await keys(new Date(Date.now() - 60_000))).toEqual([]);
  });

  test('the place answers', async () => {
    await expect(media.check()).resolves.toBeUndefined();
  });

  describe('nothing takes the name when', () => {
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
      [
        'it is a clip, and a web page too',
        () => download(withPage(clip)),
        { reason: 'not_media', message: 'the file holds a web page too' },
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
      expect(await read()).toBeNull();
      expect(await keys()).toEqual([]);
    });

    test('it is larger than allowed', async () => {
      const small = await open({ maxBytes: 20_000 });
      const large = download(Buffer.alloc(30_000));
      await expect(small.put(key, 'clip', large, never)).rejects.toMatchObject({ reason: 'refused' });
      expect(await keys()).toEqual([]);
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
      expect(await keys()).toEqual([]);
    });
  });

  describe('a download that breaks off', () => {
    const large = () => Buffer.concat([clip, freeBox(17_000_000)]);
    /** A provider that knows parts, and breaks off every stream after so many bytes. */
    function source(content: Buffer, breakAfter: number, etag = '"1"') {
      const asked: number[] = [];
      async function* from(start: number) {
        let sent = 0;
        for (let at = start; at < content.byteLength; at += 1_000_000) {
          if (sent >= breakAfter) throw new DownloadError('transient', 'The download broke off.');
          const chunk = content.subarray(at, at + 1_000_000);
          sent += chunk.byteLength;
          yield chunk;
        }
      }
      const rest = async (start: number) => {
        asked.push(start);
        return from(start);
      };
      const made: Download = { stream: from(0), contentType: null, bytes: content.byteLength, etag, rest };
      return { download: made, asked };
    }
    const sha = (content: Buffer) => createHash('sha256').update(content).digest('hex');

    test('goes on at the byte where it was, in the same try', async () => {
      const content = large();
      const { download, asked } = source(content, 7_000_000);
      expect(await media.put(key, 'clip', download, never)).toMatchObject({ sha256: sha(content) });
      expect(asked).toEqual([7_000_000, 14_000_000]);
      expect((await read())?.equals(content)).toBe(true);
    });

    test('goes on where it broke off before the first byte', async () => {
      const content = large();
      const { download, asked } = source(content, content.byteLength);
      download.stream = source(content, 0).download.stream;
      expect(await media.put(key, 'clip', download, never)).toMatchObject({ sha256: sha(content) });
      expect(asked).toEqual([0]);
    });

    test('goes on in the next try, with the checksum over all', async () => {
      const content = large();
      const broken = source(content, 10_000_000);
      broken.download.rest = async () => null;
      await expect(media.put(key, 'clip', broken.download, never)).rejects.toMatchObject({ reason: 'transient' });
      expect(await keys()).toEqual([]);
      const whole = source(content, content.byteLength);
      expect(await media.put(key, 'clip', whole.download, never)).toMatchObject({ sha256: sha(content) });
      expect(whole.asked).toHaveLength(1);
      expect(whole.asked[0]).toBeGreaterThan(8_000_000);
      expect((await read())?.equals(content)).toBe(true);
      expect(await keys()).toEqual([key]);
    });

    test('begins anew where the file is another one, or its rest is not given', async () => {
      const content = large();
      const broken = source(content, 10_000_000, '"old"');
      broken.download.rest = async () => null;
      await expect(media.put(key, 'clip', broken.download, never)).rejects.toThrow();
      const newer = source(content, 10_000_000);
      newer.download.rest = async () => null;
      await expect(media.put(key, 'clip', newer.download, never)).rejects.toThrow();
      const without = source(content, content.byteLength);
      without.download.rest = async () => null;
      expect(await media.put(key, 'clip', without.download, never)).toMatchObject({ sha256: sha(content) });
    });
  });

  describe('a key', () => {
    test.each(strangeKeys)('%j is refused', async (bad) => {
      await expect(media.open(bad)).rejects.toThrow('not a storage key');
      await expect(media.delete(bad)).rejects.toThrow('not a storage key');
      await expect(media.put(bad, 'clip', download(clip), never)).rejects.toThrow('not a storage key');
    });
  });
}

/** Bytes that an MP4 may carry behind its last box, and that no player looks at. */
function freeBox(bytes: number): Buffer {
  const box = Buffer.alloc(bytes, 7);
  box.writeUInt32BE(bytes, 0);
  box.write('free', 4, 'latin1');
  return box;
}

/** Behind its first box, where players skip it, and browsers that guess do not. */
function withPage(clip: Buffer): Buffer {
  const first = clip.readUInt32BE(0);
  const page = Buffer.from('<!doctype html><script>alert(1)</script>');
  const box = freeBox(8 + page.byteLength);
  page.copy(box, 8);
  return Buffer.concat([clip.subarray(0, first), box, clip.subarray(first)]);
}

const strangeKeys = [
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
