import { slatePrice } from './cost.ts';
import type { VideoView } from './shapes.ts';

/** The model's short name; the whole id where the short one says nothing. */
export function modelName(id: string): string {
  const short = id.slice(id.indexOf('/') + 1);
  return short === 'default' ? id : short;
}

/** "1280x720" as people write it. */
export const sizeName = (size: string): string => size.replace('x', '×');

/** The line under a take: `TAKE 3 · test-pattern · 1280×720 · 4 s`; what it costs is its last part, and not known of all. */
export function slate(video: VideoView): { shot: string; price: string | null } {
  const shot = [`TAKE ${video.take}`, modelName(video.resolved_model), sizeName(video.size), `${video.seconds} s`];
  return { shot: shot.join(' · '), price: slatePrice(video.cost) };
}

/** Pictures of the built-in simulator: they show that everything works, and nothing else. */
export const isTestPattern = (video: Pick<VideoView, 'provider'>): boolean => video.provider === 'simulator';
