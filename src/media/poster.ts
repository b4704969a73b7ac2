import { Readable } from 'node:stream';
import { VideoSampleSink } from 'mediabunny';
import sharp from 'sharp';
import type { Download } from '#engine/system.ts';
import { openVideo } from './probe.ts';
import type { RandomAccess } from './random-access.ts';

/** Not installed by default: it brings FFmpeg, 210 MB. A variable, so that nobody looks for it at build time. */
const decoderPackage = '@mediabunny/server';
type Decoder = { registerMediabunnyServer(): void };

let decoder: Promise<boolean> | null = null;

/** Whether this machine can decode clips, found out once. */
function canDecode(): Promise<boolean> {
  decoder ??= import(decoderPackage).then(
    (found: Decoder) => {
      found.registerMediabunnyServer();
      return true;
    },
    () => false,
  );
  return decoder;
}

const longestSide = 1_280;

/** A frame from the beginning of a clip, as WebP; null where nothing decodes it. */
export async function drawPoster(clip: RandomAccess): Promise<Download | null> {
  if (!(await canDecode())) return null;
  const input = openVideo(clip);
  try {
    const track = await input.getPrimaryVideoTrack();
    if (!track || !(await track.canDecode())) return null;
    const at = Math.min(1, (await input.computeDuration([track])) / 2);
    using frame = await new VideoSampleSink(track).getSample(at);
    if (!frame) return null;
    const options = { format: 'RGBA' as const };
    const pixels = Buffer.alloc(frame.allocationSize(options));
    await frame.copyTo(pixels, options);
    const raw = { width: frame.codedWidth, height: frame.codedHeight, channels: 4 as const };
    const size = { width: longestSide, height: longestSide, fit: 'inside' as const, withoutEnlargement: true };
    const webp = await sharp(pixels, { raw }).resize(size).webp().toBuffer();
    return { stream: Readable.from([webp]), contentType: 'image/webp', bytes: webp.byteLength };
  } finally {
    input.dispose();
  }
}
