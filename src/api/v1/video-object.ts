import { failureOf } from '#video/failure.ts';
import { statusOf, type Video } from '#video/video.ts';
import type { VideoObject } from './wire.ts';

/** The thirteen keys of the protocol; `retentionMs` = how long finished files are kept, null = for good. */
export function videoObject(video: Video, retentionMs: number | null): VideoObject {
  const completedAt = video.state === 'completed' ? video.completedAt : null;
  const isKept = retentionMs === null || video.starredAt !== null;
  return {
    id: video.id,
    object: 'video',
    model: video.model ?? video.resolvedModel,
    status: statusOf(video),
    progress: video.progress,
    created_at: seconds(video.createdAt),
    completed_at: completedAt && seconds(completedAt),
    expires_at: completedAt && !isKept ? seconds(new Date(completedAt.getTime() + retentionMs)) : null,
    prompt: video.prompt,
    size: video.size,
    seconds: String(video.seconds),
    remixed_from_video_id: video.remixedFrom,
    error: errorOf(video),
  };
}

/** As a create answered it: what a replay answers again. */
export const asCreated = (video: Video): VideoObject => ({
  ...videoObject(video, null),
  status: 'queued',
  progress: 0,
  completed_at: null,
  error: null,
});

function errorOf(video: Video): VideoObject['error'] {
  if (video.state !== 'failed' && video.state !== 'canceled') return null;
  const code = video.errorCode ?? (video.state === 'canceled' ? 'canceled' : 'unclassified');
  return { code, message: video.errorMessage ?? failureOf(code).happened };
}

const seconds = (at: Date) => Math.floor(at.getTime() / 1_000);

const soonestMs = 500;
const latestMs = 5_000;

/**
 * When to ask again, in milliseconds: when our own next look has been. Python's SDK goes on for good with what it hears
 * first, so it is never long.
 */
export function pollAfterMs({ checkAt }: Video, now: Date): number {
  const untilMs = checkAt ? checkAt.getTime() - now.getTime() + soonestMs : 2_000;
  return Math.min(latestMs, Math.max(soonestMs, Math.round(untilMs)));
}
