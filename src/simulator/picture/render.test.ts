import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALL_FORMATS, FilePathSource, Input } from 'mediabunny';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { printable, wrap } from './lettering.ts';
import { Painter, type Picture } from './picture.ts';
import { Renderer, type RenderTask } from './render.ts';

const directory = mkdtempSync(join(tmpdir(), 'simulator-render-'));
const renderer = new Renderer();
afterAll(async () => {
  await renderer.close();
  rmSync(directory, { recursive: true });
});

const picture: Picture = {
  id: 'video_0123456789abcdef0123456789abcdef',
  prompt: 'a red fox in snow',
  width: 320,
  height: 180,
  seconds: 4,
  fps: 12,
  hueDegrees: 200,
};
const path = (name: string) => join(directory, name);
const task = (name: string, changes: Partial<Picture> = {}): RenderTask => ({
  picture: { ...picture, ...changes },
  paths: { video: path(`${name}.mp4`), thumbnail: path(`${name}.webp`), spritesheet: path(`${name}.jpg`) },
});

test.each([
  { width: 320, height: 180, seconds: 4 },
  { width: 180, height: 320, seconds: 1 },
  { width: 640, height: 360, seconds: 2 },
])('a clip is a real MP4 of the size and length asked for: $width×$height, $seconds s', async (shape) => {
  const name = `${shape.width}`;
  const files = await renderer.render(task(name, shape));
  const input = new Input({ source: new FilePathSource(path(`${name}.mp4`)), formats: ALL_FORMATS });
  const track = await input.getPrimaryVideoTrack();
  expect(await track?.getCodec()).toBe('avc');
  expect([await track?.getDisplayWidth(), await track?.getDisplayHeight()]).toEqual([shape.width, shape.height]);
  expect(await input.computeDuration()).toBeCloseTo(shape.seconds, 3);
  expect((await track?.computePacketStats())?.packetCount).toBe(shape.seconds * 12);
  expect(files.video.bytes).toBeGreaterThan(1_000);
});

test('the picture moves, and the hue follows the prompt', () => {
  const painter = new Painter(picture);
  expect(painter.frameCount).toBe(48);
  const first = Buffer.from(painter.paint(0).data);
  const later = Buffer.from(painter.paint(30).data);
  expect(first.equals(later)).toBe(false);
  expect(first.equals(Buffer.from(painter.paint(0).data))).toBe(true);
  const other = new Painter({ ...picture, hueDegrees: 20 }).paint(0);
  expect(first.subarray(other.lumaSize).equals(Buffer.from(other.data.subarray(other.lumaSize)))).toBe(false);
});

test('a reference image lies dimmed behind the pattern', async () => {
  writeFileSync(
    path('red.png'),
    await sharp({ create: { width: 64, height: 64, channels: 3, background: '#f00' } })
      .png()
      .toBuffer(),
  );
  await renderer.render({ ...task('with-reference'), firstFramePath: path('red.png') });
  await renderer.render(task('without'));
  const corner = async (name: string) => {
    const { data } = await sharp(path(`${name}.webp`))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return data.subarray(0, 3);
  };
  expect((await corner('with-reference'))[0]).toBeGreaterThan(40);
  expect((await corner('without'))[0]).toBeLessThan(40);
});

test('an unreadable reference image fails the clip, and the next one is rendered', async () => {
  writeFileSync(path('broken.png'), 'no image');
  const broken = renderer.render({ ...task('broken'), firstFramePath: path('broken.png') });
  await expect(broken).rejects.toThrow();
  await expect(renderer.render(task('after'))).resolves.toBeDefined();
});

test('a clip that nobody wants any more gives way', async () => {
  const first = renderer.render(task('first'));
  const unwanted = renderer.render(task('unwanted', { id: 'video_unwanted' }));
  renderer.drop('video_unwanted');
  await expect(unwanted).rejects.toThrow();
  await first;
});

test('text is wrapped by words, cut where a word is too long, and ended with dots', () => {
  expect(wrap('a red fox in deep snow', 9, 4)).toEqual(['a red fox', 'in deep', 'snow']);
  expect(wrap('a red fox in deep snow', 9, 2)).toEqual(['a red fox', 'in dee...']);
  expect(wrap('abcdefghij', 4, 4)).toEqual(['abcd', 'efgh', 'ij']);
  expect(wrap('', 9, 2)).toEqual([]);
  expect(printable('  “Ångström”\n— über ')).toBe('"Angström" - über');
});
