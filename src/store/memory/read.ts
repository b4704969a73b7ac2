import type { AuditEvent, ListQuery, StoredEvent, VideoDetails } from '#engine/system.ts';
import type { State, Video } from '#video/video.ts';
import { filesOf, withoutOwner } from './files.ts';
import { placeInLine } from './line.ts';
import { attemptsOf, byId, owned, type Tables } from './tables.ts';

export function details(tables: Tables, video: Video): VideoDetails {
  return {
    video: { ...video },
    attempts: attemptsOf(tables, video.id).map((attempt) => ({ ...attempt })),
    assets: filesOf(tables, video.id).map(withoutOwner),
    queuePosition: placeInLine(tables, video),
  };
}

export function get(tables: Tables, id: string, ownerId: string | null): VideoDetails | null {
  const video = owned(tables, id, ownerId);
  return video ? details(tables, video) : null;
}

export function list(tables: Tables, query: ListQuery): VideoDetails[] {
  const words = (query.q ?? '').toLowerCase().split(/\s+/);
  const matches = (video: Video) =>
    video.hiddenAt === null &&
    (query.ownerId === null || video.ownerId === query.ownerId) &&
    (!query.states || query.states.includes(video.state)) &&
    (query.model === undefined || video.model === query.model || video.resolvedModel === query.model) &&
    (query.project === undefined || video.project === query.project) &&
    (query.shotId === undefined || video.shotId === query.shotId) &&
    (query.starred === undefined || (video.starredAt !== null) === query.starred) &&
    words.every((word) => video.prompt.toLowerCase().includes(word)) &&
    (query.after === undefined || (query.order === 'asc' ? video.id > query.after : video.id < query.after));
  const sorted = [...tables.videos.values()].filter(matches).sort(byId);
  if (query.order === 'desc') sorted.reverse();
  return sorted.slice(0, query.limit).map((video) => details(tables, video));
}

export function count(tables: Tables, ownerId: string | null): Partial<Record<State, number>> {
  const counts: Partial<Record<State, number>> = {};
  for (const video of tables.videos.values()) {
    if (video.hiddenAt || (ownerId !== null && video.ownerId !== ownerId)) continue;
    counts[video.state] = (counts[video.state] ?? 0) + 1;
  }
  return counts;
}

export function eventsAfter(tables: Tables, cursor: string, limit: number): { events: StoredEvent[]; more: boolean } {
  const seen = Number(cursor.split('-')[1]);
  const behind = tables.events.slice(seen).filter(ofVideo);
  const events = behind.slice(0, limit);
  return { events: events.map((event) => ({ ...event })), more: behind.length > events.length };
}

/** Timelines and streams are about videos; what happens to a provider is only in the audit. */
export const ofVideo = (event: AuditEvent): event is StoredEvent => event.videoId !== null && event.ownerId !== null;
