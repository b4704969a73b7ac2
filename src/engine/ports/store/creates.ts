import type { Move } from '#video/lifecycle.ts';
import type { Actor, Attempt, JsonObject, Video } from '#video/video.ts';
import type { SaveResult } from './claims.ts';

export type NewVideo = Pick<
  Video,
  | 'id'
  | 'ownerId'
  | 'shotId'
  | 'takeNo'
  | 'project'
  | 'prompt'
  | 'model'
  | 'resolvedModel'
  | 'provider'
  | 'seconds'
  | 'size'
  | 'seed'
  | 'inputs'
  | 'settings'
  | 'warnings'
  | 'priority'
  | 'remixedFrom'
> & {
  attempt: Pick<Attempt, 'id' | 'request' | 'requestHash' | 'estimateMicroUsd'>;
  actor: Actor;
  data: JsonObject;
};

/** What makes a create that comes again the same one; it is written down with what it makes. */
export type Once = {
  id: string;
  ownerId: string;
  /** The Idempotency-Key; null = none was given, and the client counts its tries. */
  key: string | null;
  /** Hash of the parsed fields and files. */
  fingerprint: string;
  /** How often the client has tried before; a retry is paired with an equal try whose answer did not go out whole. */
  tries: number;
};

/** `ids` are those of the earlier create where `replayed`; `onceId` = the row to mark when the answer has gone out. */
export type Created = { ids: string[]; onceId: string | null; replayed: boolean };

/** Somebody who can appear in several clips of a provider. */
export type Character = {
  id: string;
  ownerId: string;
  name: string;
  provider: string;
  /** Null = the provider has not said yes (so far). */
  upstreamId: string | null;
  createdAt: Date;
};

/** What is asked for, written down before anything is paid. */
export type Creates = {
  /**
   * One transaction: rows, first attempts, reserves, first events. `limit` = the queued cap of an owner who has none of
   * their own; throws `QueueFull`,
   * and `BudgetExceeded` where the owner's daily cap leaves no room for the sum. With `once`, a create that comes again
   * makes nothing and answers what the first one made; throws `IdempotencyConflict` for another under the same key.
   */
  create(videos: NewVideo[], limit: number, once?: Once | null): Promise<Created>;
  /** The answer to a create went out whole: no automatic retry comes after that. */
  answered(onceId: string): Promise<void>;
  /**
   * A move together with the paid attempt that it makes, its own next one or a new take: both or none. Throws as
   * `create` does; what the move gives back makes room.
   */
  saveReserving(move: Move, take: NewVideo | null, limit: number): Promise<SaveResult>;
  /** As `create` does, of one character. */
  addCharacter(
    character: Omit<Character, 'createdAt'>,
    once: Once | null,
  ): Promise<{ id: string; onceId: string | null; replayed: boolean }>;
  character(id: string, ownerId: string | null): Promise<Character | null>;
  confirmCharacter(id: string, upstreamId: string): Promise<void>;
  /** The provider has refused it: as if nobody had asked. */
  dropCharacter(id: string): Promise<void>;
};
