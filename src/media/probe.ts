import { open } from 'node:fs/promises';
import { EncodedPacketSink, FilePathSource, Input, MP4, QTFF, WEBM } from 'mediabunny';
import sharp from 'sharp';
import type { StoredFile } from '#engine/system.ts';
import { DownloadError } from '#video/download-error.ts';
import type { AssetKind } from '#video/video.ts';

export type Probed = Pick<StoredFile, 'contentType' | 'width' | 'height' | 'durationMs'>;

const videoTypes = new Map<unknown, string>([
  [MP4, 'video/mp4'],
  [QTFF, 'video/quicktime'],
  [WEBM, 'video/webm'],
]);
const maxPixelsPerSide = 16_384;

/** What a finished file is, by its content alone. Throws `DownloadError('not_media')`. */
export function probe(path: string, kind: AssetKind): Promise<Probed> {
  return kind === 'clip' ? probeVideo(path) : probeImage(path);
}

/** Reads the index and the last picture's bytes, and decodes nothing: a file that breaks off has no last picture. */
async function probeVideo(path: string): Promise<Probed> {
  const input = new Input({ source: new FilePathSource(path), formats: [MP4, QTFF, WEBM] });
  try {
    if (!(await input.canRead())) throw notMedia('the file is no MP4, QuickTime or WebM video');
    const contentType = videoTypes.get(await input.getFormat());
    const track = await input.getPrimaryVideoTrack();
    if (!track || !contentType) throw notMedia('the file holds no video');
    const [width, height] = [await track.getDisplayWidth(), await track.getDisplayHeight()];
    const durationMs = Math.round((await input.computeDuration([track])) * 1_000);
    const last = await new EncodedPacketSink(track).getPacket(Number.POSITIVE_INFINITY);
    if (!last || last.data.byteLength === 0) throw notMedia('the video breaks off');
    checkSides(width, height);
    if (!(durationMs > 0)) throw notMedia('the video has no length');
    return { contentType, width, height, durationMs };
  } catch (error) {
    throw asNotMedia(error, 'the video cannot be read');
  } finally {
    input.dispose();
  }
}

const imageTypes: Record<string, string> = { jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp' };

/** First bytes in hex: nothing else is handed to the image library, which would read far more formats. */
const imageSignatures = /^(ffd8ff|89504e470d0a1a0a|52494646.{8}57454250)/;

async function probeImage(path: string): Promise<Probed> {
  const file = await open(path, 'r');
  const start = Buffer.alloc(12);
  try {
    await file.read(start, 0, start.length, 0);
  } finally {
    await file.close();
  }
  if (!imageSignatures.test(start.toString('hex'))) throw notMedia('the file is no JPEG, PNG or WebP image');
  try {
    const { format, width, height } = await sharp(path).metadata();
    const contentType = imageTypes[format];
    if (!contentType) throw notMedia('the file is no JPEG, PNG or WebP image');
    checkSides(width, height);
    return { contentType, width, height, durationMs: null };
  } catch (error) {
    throw asNotMedia(error, 'the image cannot be read');
  }
}

function checkSides(width: number, height: number): void {
  for (const side of [width, height]) {
    if (!(side >= 1 && side <= maxPixelsPerSide)) throw notMedia(`${width}x${height} pixels are no usable size`);
  }
}

const notMedia = (message: string, cause?: unknown) => new DownloadError('not_media', message, null, { cause });
const asNotMedia = (error: unknown, message: string) =>
  error instanceof DownloadError ? error : notMedia(message, error);
