/** Runs in a worker thread: draws, encodes and writes one clip with its stills, one task at a time. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import h264 from 'h264-mp4-encoder';
import { BufferSource, BufferTarget, Conversion, Input, MP4, Mp4OutputFormat, Output } from 'mediabunny';
import sharp from 'sharp';
import { writeDurably } from '#simulator/job-store.ts';
import type { Frame } from './frame.ts';
import { Painter } from './picture.ts';
import type { RenderedFile, RenderedFiles, RenderReply, RenderTask } from './render.ts';

const sheet = { columns: 4, rows: 3, tileShare: 0.25 };

parentPort?.on('message', async (task: RenderTask) => {
  let reply: RenderReply;
  try {
    reply = { files: await render(task) };
  } catch (error) {
    reply = { error: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(reply);
});

async function render({ picture, paths, firstFramePath }: RenderTask): Promise<RenderedFiles> {
  const { width, height } = picture;
  const painter = new Painter(picture, firstFramePath ? await fittedRgb(firstFramePath, width, height) : undefined);
  const encoder = await h264.createH264MP4Encoder();
  encoder.width = width;
  encoder.height = height;
  encoder.frameRate = picture.fps;
  encoder.speed = 10;
  encoder.quantizationParameter = 26;
  encoder.groupOfPictures = picture.fps;
  encoder.initialize();
  const tiles = new Map<number, Uint8Array>();
  let poster: Uint8Array | undefined;
  for (let index = 0; index < painter.frameCount; index++) {
    const frame = painter.paint(index);
    encoder.addFrameYuv(frame.data);
    if (index === Math.floor(painter.frameCount / 3)) poster = frame.toRgb();
    const tile = Math.floor((index * sheet.columns * sheet.rows) / painter.frameCount);
    if (!tiles.has(tile)) tiles.set(tile, await tileOf(frame));
  }
  encoder.finalize();
  const encoded = encoder.FS.readFile(encoder.outputFilename, { encoding: 'binary' });
  encoder.FS.unlink(encoder.outputFilename);
  encoder.delete();
  const thumbnail = await sharp(poster, { raw: { width, height, channels: 3 } })
    .webp({ quality: 82 })
    .toBuffer();
  return {
    video: await written(paths.video, await fastStart(new Uint8Array(encoded), picture.prompt)),
    thumbnail: await written(paths.thumbnail, thumbnail),
    spritesheet: await written(paths.spritesheet, await spritesheet([...tiles.values()], width, height)),
  };
}

/** The reference image, cropped to the size of the clip. */
async function fittedRgb(path: string, width: number, height: number): Promise<Uint8Array> {
  const image = sharp(await readFile(path)).rotate();
  return image.resize(width, height, { fit: 'cover' }).flatten().toColourspace('srgb').removeAlpha().raw().toBuffer();
}

/** The encoder puts the index at the end of the file; players that stream want it first. */
async function fastStart(mp4: Uint8Array<ArrayBuffer>, title: string): Promise<Uint8Array> {
  const target = new BufferTarget();
  const conversion = await Conversion.init({
    input: new Input({ source: new BufferSource(mp4), formats: [MP4] }),
    output: new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target }),
    tags: { title: title.slice(0, 200), comment: 'Test pattern' },
  });
  await conversion.execute();
  if (!target.buffer) throw new Error('The finished clip is empty');
  return new Uint8Array(target.buffer);
}

function tileSize(width: number, height: number): { width: number; height: number } {
  return { width: Math.round(width * sheet.tileShare), height: Math.round(height * sheet.tileShare) };
}

async function tileOf(frame: Frame): Promise<Uint8Array> {
  const { width, height } = frame;
  const tile = tileSize(width, height);
  return sharp(frame.toRgb(), { raw: { width, height, channels: 3 } })
    .resize(tile.width, tile.height)
    .raw()
    .toBuffer();
}

/** Twelve moments of the clip, row by row; a very short clip leaves the last tiles black. */
async function spritesheet(tiles: Uint8Array[], width: number, height: number): Promise<Buffer> {
  const tile = tileSize(width, height);
  return sharp({
    create: { width: tile.width * sheet.columns, height: tile.height * sheet.rows, channels: 3, background: '#000' },
  })
    .composite(
      tiles.map((input, index) => ({
        input: Buffer.from(input),
        raw: { ...tile, channels: 3 as const },
        left: (index % sheet.columns) * tile.width,
        top: Math.floor(index / sheet.columns) * tile.height,
      })),
    )
    .jpeg({ quality: 82 })
    .toBuffer();
}

async function written(path: string, bytes: Uint8Array): Promise<RenderedFile> {
  await writeDurably(path, bytes);
  return { bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
}
