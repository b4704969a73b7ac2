import type { Store } from '#engine/system.ts';
import { type Actor, isTerminal, type Video } from '#video/video.ts';
import { earlier, isClaimed, soon, type Tables, writeEvent } from './tables.ts';

const watchedEveryMs = 30_000;

/** A look that comes sooner; where a worker looks just now, it is remembered for after its save. */
export function nudge(tables: Tables, video: Video): void {
  if (isClaimed(tables, video)) video.woken = true;
  else if (video.checkAt && video.state !== 'queued') video.checkAt = earlier(video.checkAt, soon(tables, video));
}

export function hint(
  tables: Tables,
  which: Parameters<Store['hint']>[0],
  { restMs = 0 }: { restMs?: number } = {},
): number {
  const since = tables.now().getTime() - restMs;
  const meant = [...tables.open].filter(
    (video) =>
      video.checkAt !== null &&
      video.state !== 'queued' &&
      (which === 'all' || ('ids' in which ? which.ids.includes(video.id) : video.provider === which.provider)) &&
      (restMs === 0 || video.checkedAt === null || video.checkedAt.getTime() <= since),
  );
  for (const video of meant) nudge(tables, video);
  if (meant.length > 0) tables.notify('due');
  return meant.length;
}

export function requestCancel(tables: Tables, id: string, hide: boolean, actor: Actor): void {
  const video = tables.videos.get(id);
  if (!video || (isTerminal(video.state) && !hide)) return;
  const now = tables.now();
  if (!isTerminal(video.state)) video.cancelRequestedAt ??= now;
  if (hide) video.hiddenAt ??= now;
  nudge(tables, video);
  writeEvent(tables, video, { type: hide ? 'deleted' : 'cancel_requested', actor, data: {} }, video.state);
  tables.notify('due', 'events');
}

export function markWatched(tables: Tables, id: string, forMs: number): void {
  const video = tables.videos.get(id);
  if (!video) return;
  const until = tables.now().getTime() + forMs;
  if (video.watchedUntil && video.watchedUntil.getTime() > until - watchedEveryMs) return;
  video.watchedUntil = new Date(until);
}
