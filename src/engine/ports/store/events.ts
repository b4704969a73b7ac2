import type { EventType } from '#video/lifecycle.ts';
import type { Actor, JsonObject, State } from '#video/video.ts';

export type StoredEvent = {
  /** Commit-ordered cursor, opaque: `xid-id`. */
  cursor: string;
  videoId: string;
  ownerId: string;
  at: Date;
  type: string;
  actor: Actor;
  stateBefore: State | null;
  stateAfter: State | null;
  data: JsonObject;
};

/** An event of a video, or of a provider: then both ids are null, and `data.provider` names it. */
export type AuditEvent = Omit<StoredEvent, 'videoId' | 'ownerId'> & { videoId: string | null; ownerId: string | null };

export type AuditQuery = {
  /** A kind of actor, or its id. */
  actor?: string;
  type?: string;
  videoId?: string;
  ownerId?: string;
  from?: Date;
  /** Exclusive. */
  to?: Date;
  /** Cursor of the last event of the page before. */
  after?: string;
  limit: number;
};

/** What happened, for whoever asks or waits. */
export type Events = {
  /** Writes down what changed nothing in the row. */
  record(videoId: string, event: { type: EventType; actor: Actor; data: JsonObject }): Promise<void>;
  events(videoId: string, ownerId: string | null): Promise<StoredEvent[]>;
  /** Committed events behind the cursor, in an order that never skips one; `more` = some are not yet visible. */
  eventsAfter(cursor: string, limit: number): Promise<{ events: StoredEvent[]; more: boolean }>;
  latestCursor(): Promise<string>;
  /** Events of all owners, newest first. */
  audit(query: AuditQuery): Promise<AuditEvent[]>;
  /** `due` = a look may be due earlier than thought; `events` = something was written down. Returns the way out. */
  listen(on: 'due' | 'events', listener: () => void): () => void;
};
