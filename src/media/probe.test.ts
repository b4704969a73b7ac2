import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import type { AssetKind } from '#video/video.ts';
import { probe as probeFile } from './probe.ts';
import { withFile } from './random-access.ts';

const dir = mkdtempSync(join(tmpdir(), 'dailies-probe-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function write(content: Uint8Array | string): string {
  const path = join(dir, 'file');
  writeFileSync(path, content);
  return path;
}
const probe = (path: string, kind: AssetKind) => withFile(path, (file) => probeFile(file, kind));
const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'black' } });

describe('an image', () => {
  test.each([
    ['jpeg', 'image/jpeg'],
    ['png', 'image/png'],
    ['webp', 'image/webp'],
  ] as const)('%s is told by its content', async (format, contentType) => {
    const path = write(await picture(128, 72).toFormat(format).toBuffer());
    expect(await probe(path, 'reference')).toEqual({ contentType, width: 128, height: 72, durationMs: null });
  });

  test.each<[string, () => Promise<Uint8Array | string>]>([
    ['SVG', async () => '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'],
    ['GIF', () => picture(4, 4).gif().toBuffer()],
    ['AVIF', () => picture(4, 4).avif().toBuffer()],
    ['nothing', async () => ''],
    ['a JPEG in name only', async () => Buffer.from('ffd8ffe000104a46', 'hex')],
    ['a PNG in name only', async () => Buffer.from(`89504e470d0a1a0a${'00'.repeat(50)}`, 'hex')],
    ['a PNG of 20,000 pixels a side', () => picture(20_000, 1).png().toBuffer()],
    ['a web page', async () => '<!doctype html><html><script>alert(1)</script></html>'],
    ['an SVG behind a declaration', async () => '<?xml version="1.0"?><svg onload="alert(1)"/>'],
    [
      'a picture and a web page',
      async () => Buffer.concat([await picture(4, 4).png().toBuffer(), Buffer.from('<script>alert(1)</script>')]),
    ],
  ])('%s is refused', async (_name, make) => {
    const path = write(await make());
    await expect(probe(path, 'thumbnail')).rejects.toMatchObject({ name: 'DownloadError', reason: 'not_media' });
  });
});

describe('a reference', () => {
  const png = () => picture(128, 128).png().toBuffer();
  const jpeg = () => picture(128, 128).jpeg().toBuffer();
  test.each<[string, () => Promise<Uint8Array | string>, string]>([
    ['63 pixels wide', () => picture(63, 128).png().toBuffer(), '63x128 pixels; each side must have 64 to 8192'],
    ['8,193 pixels high', () => picture(64, 8_193).png().toBuffer(), '64x8193 pixels'],
    ['SVG', async () => '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"/>', 'a web page too'],
    ['a web page', async () => '<!doctype html><p>hello', 'a web page too'],
    ['text', async () => 'hello, hello, hello', 'no JPEG, PNG or WebP image, and no MP4'],
    ['HEIC', async () => Buffer.from('000000186674797068656963000000006d696631', 'hex'), 'no JPEG, PNG or WebP'],
    ['a video in name only', async () => Buffer.from('00000018667479706d703432000000006d703432', 'hex'), 'no video'],
    ['a picture and an archive', async () => Buffer.concat([await png(), archive()]), 'an archive too'],
    [
      'a picture and a web page',
      async () => Buffer.concat([await jpeg(), Buffer.from('<html><script>')]),
      'a web page',
    ],
    ['a picture that says a page', () => commented('<!doctype html><script>alert(1)</script>'), 'a web page too'],
    ['a picture and a document', () => commented('%PDF-1.7'), 'a PDF document too'],
    ['a picture and a program', () => commented('<?php system($_GET[0]); ?>'), 'a program too'],
  ])('that is %s is refused', async (_name, make, rule) => {
    const path = write(await make());
    await expect(probe(path, 'reference')).rejects.toMatchObject({
      reason: 'not_media',
      message: expect.stringContaining(rule),
    });
  });

  const archive = () => Buffer.from(`504b0506${'00'.repeat(18)}`, 'hex');
  /** A JPEG with a comment: a valid picture. */
  async function commented(text: string): Promise<Uint8Array> {
    const image = await jpeg();
    const length = Buffer.alloc(2);
    length.writeUInt16BE(text.length + 2);
    return Buffer.concat([
      image.subarray(0, 2),
      Buffer.from([0xff, 0xfe]),
      length,
      Buffer.from(text),
      image.subarray(2),
    ]);
  }

  test('may have a comment', async () => {
    expect(await probe(write(await commented('a fox in snow')), 'reference')).toMatchObject({ width: 128 });
  });
});

describe('a clip', () => {
  test.each<[string, Uint8Array | string]>([
    ['a web page', '<!doctype html><html><body>502</body></html>'],
    ['JSON', '{"error":{"message":"not ready"}}'],
    ['nothing', ''],
    ['an MP4 in name only', Buffer.concat([Buffer.from('00000018', 'hex'), Buffer.from('ftypmp42\0\0\0\0mp42isom')])],
    ['a WebM in name only', Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d', 'hex')],
  ])('that is %s is refused', async (_name, content) => {
    await expect(probe(write(content), 'clip')).rejects.toMatchObject({ name: 'DownloadError', reason: 'not_media' });
  });
});
