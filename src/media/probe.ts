import { CustomSource, EncodedPacketSink, Input, MP4, QTFF, WEBM } from 'mediabunny';
import sharp from 'sharp';
import type { StoredFile } from '#engine/system.ts';
import { DownloadError } from '#video/errors/download-error.ts';
import { kindBySignature, referenceLimits } from '#video/signature.ts';
import type { AssetKind } from '#video/video.ts';
import type { RandomAccess } from './random-access.ts';
import { readEnd, readStart, smuggledAtEnd, smuggledAtStart } from './smuggled.ts';

export type Probed = Pick<StoredFile, 'contentType' | 'width' | 'height' | 'durationMs'>;

const videoTypes = new Map<unknown, string>([
  [MP4, 'video/mp4'],
  [QTFF, 'video/quicktime'],
  [WEBM, 'video/webm'],
]);
type Sides = { least: number; most: number };
const anySides: Sides = { least: 1, most: 16_384 };
const referenceSides: Sides = { least: referenceLimits.minSide, most: referenceLimits.maxSide };

/** What a finished file is, by its content alone. Throws `DownloadError('not_media')`. */
export async function probe(file: RandomAccess, kind: AssetKind): Promise<Probed> {
  const start = await readStart(file);
  // A clip was paid for: its last bytes are anybody's, and no browser guesses by them.
  const trap = smuggledAtStart(start) ?? (kind === 'clip' ? null : smuggledAtEnd(await readEnd(file)));
  if (trap) throw notMedia(`the file holds ${trap} too`);
  if (kind === 'clip') return probeVideo(file, anySides);
  const found = kindBySignature(start);
  if (kind === 'reference') {
    if (found === 'video') return probeVideo(file, referenceSides);
    if (!found) throw notMedia('the file is no JPEG, PNG or WebP image, and no MP4, QuickTime or WebM video');
    return probeImage(file, referenceSides);
  }
  if (found !== 'image') throw notMedia('the file is no JPEG, PNG or WebP image');
  return probeImage(file, anySides);
}

export const openVideo = (file: RandomAccess): Input =>
  new Input({
    source: new CustomSource({ getSize: () => file.bytes, read: (start, end) => file.read(start, end) }),
    formats: [MP4, QTFF, WEBM],
  });

/** Reads the index and the last picture's bytes, and decodes nothing: a file that breaks off has no last picture. */
async function probeVideo(file: RandomAccess, sides: Sides): Promise<Probed> {
  const input = openVideo(file);
  try {
    if (!(await input.canRead())) throw notMedia('the file is no MP4, QuickTime or WebM video');
    const contentType = videoTypes.get(await input.getFormat());
    const track = await input.getPrimaryVideoTrack();
    if (!track || !contentType) throw notMedia('the file holds no video');
    const [width, height] = [await track.getDisplayWidth(), await track.getDisplayHeight()];
    const durationMs = Math.round((await input.computeDuration([track])) * 1_000);
    const last = await new EncodedPacketSink(track).getPacket(Number.POSITIVE_INFINITY);
    if (!last || last.data.byteLength === 0) throw notMedia('the video breaks off');
    checkSides(width, height, sides);
    if (!(durationMs > 0)) throw notMedia('the video has no length');
    return { contentType, width, height, durationMs };
  } catch (error) {
    throw asNotMedia(error, 'the video cannot be read');
  } finally {
    input.dispose();
  }
}

const imageTypes: Record<string, string> = { jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp' };

/** Nothing reads pictures of more bytes into memory. */
const maxImageBytes = 32_000_000;

/** Reads the header alone. Only what the signature admits gets here: the library would read far more formats. */
async function probeImage(file: RandomAccess, sides: Sides): Promise<Probed> {
  if (file.bytes > maxImageBytes) throw notMedia(`an image of ${file.bytes} bytes is not looked into`);
  try {
    const { format, width, height } = await sharp(await file.read(0, file.bytes)).metadata();
    const contentType = imageTypes[format];
    if (!contentType) throw notMedia('the file is no JPEG, PNG or WebP image');
    checkSides(width, height, sides);
    return { contentType, width, height, durationMs: null };
  } catch (error) {
    throw asNotMedia(error, 'the image cannot be read');
  }
}

function checkSides(width: number, height: number, { least, most }: Sides): void {
  for (const side of [width, height]) {
    if (!(side >= least && side <= most)) {
      throw notMedia(`it has ${width}x${height} pixels; each side must have ${least} to ${most}`);
    }
  }
}

const notMedia = (message: string, cause?: unknown) => new DownloadError('not_media', message, null, { cause });
const asNotMedia = (error: unknown, message: string) =>
  error instanceof DownloadError ? error : notMedia(message, error);
