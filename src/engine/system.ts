import type { Hooks } from './hooks.ts';
import type { Catalogue } from './ports/catalogue.ts';
import type { Media } from './ports/media.ts';
import type { Providers } from './ports/provider.ts';
import type { Store } from './ports/store.ts';

export { DownloadError } from '#video/errors/download-error.ts';
export type * from './ports/catalogue.ts';
export type * from './ports/media.ts';
export type * from './ports/provider.ts';
export type { Due, Lane, Room, SaveResult } from './ports/store/claims.ts';
export type { Character, Created, NewVideo, Once } from './ports/store/creates.ts';
export type { AuditEvent, AuditQuery, StoredEvent } from './ports/store/events.ts';
export type { Expiring, ExpiryRule, Reference, ReferenceQuery } from './ports/store/files.ts';
export type { OwnerLimits } from './ports/store/money.ts';
export type { Activity, Bucket, Trouble } from './ports/store/operating.ts';
export type { Hold } from './ports/store/provider-state.ts';
export type { ListQuery, VideoDetails } from './ports/store/videos.ts';
export type { Store } from './ports/store.ts';

/** The ports of the engine, from `ports/`. Everything that touches the world comes through here, so that a test can hold it. */
export type System = {
  store: Store;
  providers: Providers;
  catalogue: Catalogue;
  media: Media;
  clock: Clock;
  hooks: Hooks;
  /** n random bytes. */
  random: (n: number) => Uint8Array;
  log: Log;
  settings: EngineSettings;
};

export type EngineSettings = {
  /** A claim lasts so long; longer steps renew it. */
  leaseMs: number;
  /** One upstream request may take so long. */
  upstreamTimeoutMs: number;
  /** Steps in flight per provider and process: looks and starts; copies. */
  watchWidth: number;
  collectWidth: number;
  /** A copy may take so long at a time, where a run of ours ends by itself (a function); absent = as long as it takes. */
  copyLimitMs?: number | null;
  /** From acceptance to `overdue`, where the model says nothing else. */
  deadlineMs: number;
  maxRunningPerOwner: number;
  maxQueuedPerOwner: number;
  /** `learned`, or a fixed interval in milliseconds, for comparison. */
  schedule: 'learned' | number;
};

export type Clock = {
  now(): Date;
  /** Milliseconds since some moment: never jumps, and may stand still while the machine sleeps. */
  elapsedMs(): number;
  /** Ends early, without an error, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

export type Log = {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};
