import type { AuditEvent, Character, OwnerLimits, Reference } from '#engine/system.ts';
import { listeners } from '#store/database/listeners.ts';
import { clean } from '#store/json.ts';
import type { Channel } from '#store/sql.ts';
import { type Circuit, closed } from '#video/circuit.ts';
import type { LedgerEntry } from '#video/spending.ts';
import type { Actor, Attempt, JsonObject, State, Video } from '#video/video.ts';
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

/** The rows of the in-memory store. What is handed out is always a copy. */
export function emptyTables(now: () => Date, dailyCapMicroUsd: number | null = null) {
  const ears = listeners();
  return {
    now,
    dailyCapMicroUsd,
    videos: new Map<string, Video>(),
    attempts: new Map<string, Attempt>(),
    assets: new Map<string, FileRow>(),
    events: [] as AuditEvent[],
    durations: [] as { kind: string; renderMs: number }[],
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
      for (const channel of channels) queueMicrotask(() => ears.call(channel));
    },
  };
}

export const attemptsOf = (tables: Tables, videoId: string): Attempt[] =>
  [...tables.attempts.values()].filter((attempt) => attempt.videoId === videoId).sort((a, b) => a.n - b.n);

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
    ...clean(event),
    stateBefore,
    stateAfter: video?.state ?? null,
  });
}
