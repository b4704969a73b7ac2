import { api } from './api.ts';
import type { VideoView } from './shapes.ts';

const widthPx = 640;
/** The first frame is often black. */
const notBeforeSeconds = 0.5;
const offered = new Set<string>();

/** Gives a clip that came without a thumbnail a frame of itself: from the first browser that plays it, once. */
export function offerPoster(video: VideoView, element: HTMLVideoElement): void {
  if (video.thumbnail_url || offered.has(video.id) || element.videoWidth === 0) return;
  if (element.currentTime < Math.min(notBeforeSeconds, element.duration / 4)) return;
  offered.add(video.id);
  frameOf(element)
    .then((picture) => picture && api.putPoster(video.id, picture))
    // Another browser was first, or this one may not read the picture: the clip plays all the same.
    .catch(() => undefined);
}

async function frameOf(element: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.min(widthPx, element.videoWidth);
  canvas.height = Math.round((canvas.width * element.videoHeight) / element.videoWidth);
  canvas.getContext('2d')?.drawImage(element, 0, 0, canvas.width, canvas.height);
  // A browser that cannot write WebP gives a PNG instead, which may be too large.
  const picture = await blobOf(canvas, 'image/webp');
  return picture?.type === 'image/webp' ? picture : blobOf(canvas, 'image/jpeg');
}

const blobOf = (canvas: HTMLCanvasElement, type: string): Promise<Blob | null> =>
  new Promise((resolve) => canvas.toBlob(resolve, type, 0.85));
