import type { AuditEvent, Character, OwnerLimits, Reference } from '#engine/system.ts';
import { listeners } from '#store/database/listeners.ts';
import type { Channel } from '#store/sql.ts';
import { type Circuit, closed } from '#video/circuit.ts';
import type { LedgerEntry } from '#video/spending.ts';
import { type Actor, type Attempt, isTerminal, type JsonObject, type State, type Video } from '#video/video.ts';
import { kept } from './kept.ts';
import type { OnceRow } from './once.ts';

export type Tables = ReturnType<typeof emptyTables>;

type ProviderRow = {
  circuit: Circuit;
  pausedAt: Date | null;
  tokens: number | null;
  refilledAt: Date | null;
  calls: { verified: number; refused: number; missed: number };
};

type FileRow = Reference & { ownerId: string };

export type LedgerRow = LedgerEntry & { ownerId: string; model: string };

/** The rows of the in-memory store. What is handed out is always a copy; what a row holds is replaced, never changed. */
export function emptyTables(now: () => Date, dailyCapMicroUsd: number | null = null) {
  const ears = listeners();
  const called = new Set<Channel>();
  return {
    now,
    dailyCapMicroUsd,
    videos: new Map<string, Video>(),
    /** Those of them that are not at rest: all that a sweep has to pass over. */
    open: new Set<Video>(),
    attempts: new Map<string, Attempt>(),
    /** By video, oldest first. */
    attemptsOf: new Map<string, Attempt[]>(),
    /** Sent, and nobody knows what became of it. */
    lost: new Set<Attempt>(),
    /** By provider, those whose job is known, by its id. */
    jobs: new Map<string, Map<string, Attempt>>(),
    assets: new Map<string, FileRow>(),
    /** By video. */
    filesOf: new Map<string, FileRow[]>(),
    events: [] as AuditEvent[],
    /** By kind, in milliseconds. */
    durations: new Map<string, number[]>(),
    providers: new Map<string, ProviderRow>(),
    /** By provider and owner. */
    served: new Map<string, Date>(),
    turns: new Map<string, { holder: string; until: Date }>(),
    boots: [] as Date[],
    once: new Map<string, OnceRow>(),
    characters: new Map<string, Character>(),
    /** The attempt of each verified call, by provider and event. */
    calls: new Map<string, string>(),
    /** By attempt, oldest first. */
    ledger: new Map<string, LedgerRow[]>(),
    /** Micro-dollars by owner and day. */
    spent: new Map<string, number>(),
    /** By owner. */
    caps: new Map<string, number | null>(),
    ownerLimits: new Map<string, OwnerLimits>(),
    listen(channel: Channel, listener: () => void): () => void {
      ears.add(channel, listener);
      queueMicrotask(listener);
      return () => ears.remove(channel, listener);
    },
    /** In a turn of its own, as a database would. */
    notify(...channels: Channel[]): void {
      for (const channel of channels) {
        if (called.has(channel)) continue;
        called.add(channel);
        queueMicrotask(() => {
          called.delete(channel);
          ears.call(channel);
        });
      }
    },
  };
}

export function addVideo(tables: Tables, video: Video): void {
  tables.videos.set(video.id, video);
  tables.open.add(video);
}

/** After every change of its state. */
export function sortIn(tables: Tables, video: Video): void {
  if (isTerminal(video.state) && video.checkAt === null) tables.open.delete(video);
  else tables.open.add(video);
}

export function addAttempt(tables: Tables, attempt: Attempt): void {
  tables.attempts.set(attempt.id, attempt);
  const mine = tables.attemptsOf.get(attempt.videoId);
  if (mine) mine.push(attempt);
  else tables.attemptsOf.set(attempt.videoId, [attempt]);
}

export function changeAttempt(tables: Tables, attempt: Attempt, change: Partial<Attempt>): void {
  if (attempt.upstreamId !== null) tables.jobs.get(attempt.provider)?.delete(attempt.upstreamId);
  Object.assign(attempt, change);
  if (attempt.sentAt && !attempt.operation && !attempt.outcome) tables.lost.add(attempt);
  else tables.lost.delete(attempt);
  if (attempt.upstreamId === null) return;
  const known = tables.jobs.get(attempt.provider) ?? new Map<string, Attempt>();
  tables.jobs.set(attempt.provider, known.set(attempt.upstreamId, attempt));
}

/** The attempt that has this job. */
export const attemptOfJob = (tables: Tables, provider: string, upstreamId: string): Attempt | undefined =>
  tables.jobs.get(provider)?.get(upstreamId);

export const attemptsOf = (tables: Tables, videoId: string): Attempt[] => tables.attemptsOf.get(videoId) ?? [];

export function newestAttempt(tables: Tables, videoId: string): Attempt {
  const attempt = attemptsOf(tables, videoId).at(-1);
  if (!attempt) throw new Error(`${videoId} has no attempt`);
  return attempt;
}

export function owned(tables: Tables, id: string, ownerId: string | null): Video | undefined {
  const video = tables.videos.get(id);
  return video && (ownerId === null || video.ownerId === ownerId) ? video : undefined;
}

export const isClaimed = (tables: Tables, { claimedUntil }: Video): boolean =>
  claimedUntil !== null && claimedUntil > tables.now();

/** The earliest look at a row: now, or when its rest ends. */
export const soon = (tables: Tables, { notBefore }: Pick<Video, 'notBefore'>): Date => {
  const now = tables.now();
  return notBefore ? later(notBefore, now) : now;
};

export const earlier = (a: Date, b: Date): Date => (a < b ? a : b);
export const later = (a: Date, b: Date): Date => (earlier(a, b) === a ? b : a);

export const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

export function providerRow(tables: Tables, provider: string): ProviderRow {
  const row = tables.providers.get(provider) ?? {
    circuit: closed,
    pausedAt: null,
    tokens: null,
    refilledAt: null,
    calls: { verified: 0, refused: 0, missed: 0 },
  };
  tables.providers.set(provider, row);
  return row;
}

export function writeEvent(
  tables: Tables,
  video: Pick<Video, 'id' | 'ownerId' | 'state'> | null,
  event: { type: string; actor: Actor; data: JsonObject },
  stateBefore: State | null,
): void {
  const place = tables.events.length + 1;
  tables.events.push({
    cursor: `${place}-${place}`,
    videoId: video?.id ?? null,
    ownerId: video?.ownerId ?? null,
    at: tables.now(),
    ...kept(event),
    stateBefore,
    stateAfter: video?.state ?? null,
  });
}
