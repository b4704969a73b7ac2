import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { probe } from './probe.ts';

const dir = mkdtempSync(join(tmpdir(), 'dailies-probe-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function write(content: Uint8Array | string): string {
  const path = join(dir, 'file');
  writeFileSync(path, content);
  return path;
}
const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'black' } });

describe('an image', () => {
  test.each([
    ['jpeg', 'image/jpeg'],
    ['png', 'image/png'],
    ['webp', 'image/webp'],
  ] as const)('%s is told by its content', async (format, contentType) => {
    const path = write(await picture(64, 36).toFormat(format).toBuffer());
    expect(await probe(path, 'reference')).toEqual({ contentType, width: 64, height: 36, durationMs: null });
  });

  test.each<[string, () => Promise<Uint8Array | string>]>([
    ['SVG', async () => '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'],
    ['GIF', () => picture(4, 4).gif().toBuffer()],
    ['AVIF', () => picture(4, 4).avif().toBuffer()],
    ['nothing', async () => ''],
    ['a JPEG in name only', async () => Buffer.from('ffd8ffe000104a46', 'hex')],
    ['a PNG in name only', async () => Buffer.from(`89504e470d0a1a0a${'00'.repeat(50)}`, 'hex')],
    ['a PNG of 20,000 pixels a side', () => picture(20_000, 1).png().toBuffer()],
  ])('%s is refused', async (_name, make) => {
    const path = write(await make());
    await expect(probe(path, 'thumbnail')).rejects.toMatchObject({ name: 'DownloadError', reason: 'not_media' });
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
