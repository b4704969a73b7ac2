import type { Answer, Listed, NoAnswer, Submission } from '#video/answer.ts';
import type { EventType, Move } from '#video/lifecycle.ts';
import type { Quantiles } from '#video/progress.ts';
import type {
  Actor,
  Asset,
  AssetKind,
  Attempt,
  Claimed,
  JsonObject,
  Priority,
  Request,
  State,
  Video,
  Watch,
} from '#video/video.ts';

export { DownloadError } from '#video/download-error.ts';

/** The ports of the engine. Everything that touches the world comes through here, so that a test can hold it. */
export type System = {
  store: Store;
  providers: Providers;
  catalogue: Catalogue;
  media: Media;
  clock: Clock;
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
  /** From acceptance to `overdue`, where the model says nothing else. */
  deadlineMs: number;
  maxRunningPerOwner: number;
  maxQueuedPerOwner: number;
  /** `learned`, or a fixed interval in milliseconds, for comparison. */
  schedule: 'learned' | number;
};

export type Clock = {
  now(): Date;
  /** Ends early, without an error, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

export type Log = {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

// ---------------------------------------------------------------- providers

export type Capabilities = {
  /** Sends the same key twice → one job. Only then is a request with an unknown outcome sent again. */
  deduplicates: boolean;
  lists: boolean;
  cancels: boolean;
  /** Jobs at once and accepted at this provider; null = no limit of ours. */
  slots: number | null;
  /** Looks and starts in any 60 s, of all processes together; null = no limit of ours. */
  requestsPerMinute: number | null;
  /** Results stay there so long. */
  retentionMs: number;
};

/** A configured service that renders. Answers are data; a provider throws only on our own defects. */
export type Provider = {
  id: string;
  capabilities: Capabilities;
  /** POSTs once, without retries. `key` is the Idempotency-Key. */
  start(request: Request, key: string, signal: AbortSignal): Promise<Submission>;
  check(operation: JsonObject, signal: AbortSignal): Promise<Answer>;
  cancel?(operation: JsonObject, signal: AbortSignal): Promise<'canceled' | 'refused' | NoAnswer>;
  /** Every job created at or after `since`; throws nothing: an incomplete listing is a NoAnswer. */
  list?(since: Date, signal: AbortSignal): Promise<{ kind: 'complete'; jobs: Listed[] } | NoAnswer>;
  /** A free request that proves that the provider answers. */
  probe(signal: AbortSignal): Promise<boolean>;
  /** Streams a result. Throws `DownloadError`. */
  open(operation: JsonObject, kind: AssetKind, signal: AbortSignal): Promise<Download>;
};

export type Download = { stream: AsyncIterable<Uint8Array>; contentType: string | null; bytes: number | null };

export type Providers = {
  ids(): string[];
  /** Undefined when the provider of a row is not configured (any more). */
  get(id: string): Provider | undefined;
};

export type Model = {
  /** `provider/model`. */
  id: string;
  provider: string;
  /** The name that is sent; null = none. */
  upstreamModel: string | null;
  label: string;
  free: boolean;
  /** Null = unchecked, passed on as asked. */
  sizes: string[] | null;
  seconds: number[] | null;
  /** Prior of the schedule and of the ETA, until history says better. */
  typical: Quantiles;
  /** Null = the general deadline. */
  deadlineMs: number | null;
};

export type Catalogue = {
  models(): Model[];
  aliases(): Record<string, string>;
  defaultModel(): string;
  /** By full id only. */
  get(id: string): Model | undefined;
};

// ---------------------------------------------------------------- media

export type StoredFile = Pick<Asset, 'key' | 'contentType' | 'bytes' | 'sha256' | 'width' | 'height' | 'durationMs'>;

export type Media = {
  /**
   * Streams into storage with constant memory: all or nothing, durable when it returns, type decided by content.
   * Throws `DownloadError('not_media')` when the finished file is not of the kind, passes stream errors on.
   */
  put(key: string, kind: AssetKind, download: Download, signal: AbortSignal): Promise<StoredFile>;
  /** `range` is inclusive, already checked against the size. Null when the file is not there. */
  open(key: string, range?: { start: number; end: number }): Promise<ReadableStream<Uint8Array> | null>;
  delete(key: string): Promise<void>;
  /** The store answers: for /readyz. */
  check(): Promise<void>;
};

// ---------------------------------------------------------------- store

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
> & { attempt: { id: string; request: Request; requestHash: string }; actor: Actor; data: JsonObject };

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

export type Trouble = NonNullable<Watch['trouble']>;

/** What goes on at one provider: of all owners, deleted ones too, nothing that is over. */
export type Activity = {
  provider: string;
  running: number;
  queued: number;
  overdue: number;
  needsDecision: number;
  /** When the oldest of them was asked for; null = there is none. */
  oldestAt: Date | null;
  /** What keeps it from answering, the most frequent kind: since when, and for how many videos. */
  trouble: { kind: Trouble['kind']; since: Date; videos: number } | null;
  pausedAt: Date | null;
  /** Its last creates were unclear. */
  stoppedAt: Date | null;
};

/** What happened in one stretch of time, and how many waited and ran at its end. */
export type Bucket = {
  at: Date;
  asked: number;
  accepted: number;
  stored: number;
  failed: number;
  queued: number;
  running: number;
};

export type VideoDetails = {
  video: Video;
  /** Newest last. */
  attempts: Attempt[];
  assets: Asset[];
  /** 1 = next; null unless queued. */
  queuePosition: number | null;
};

export type ListQuery = {
  /** Null = every owner (admins). */
  ownerId: string | null;
  states?: State[];
  model?: string;
  project?: string;
  shotId?: string;
  starred?: boolean;
  /** Words in the prompt. */
  q?: string;
  /** Id of the last video of the page before. */
  after?: string;
  limit: number;
  order: 'asc' | 'desc';
};

export type SaveResult = 'saved' | 'fenced';

export type Lane = 'watch' | 'collect';

export type Store = {
  /** One transaction: rows, first attempts, first events. `limit` = the owner's queued cap; throws `QueueFull`. */
  create(videos: NewVideo[], limit: number): Promise<void>;
  /**
   * Queued → due, as many as free slots allow: by priority, fewest running per owner, whose turn came longest ago,
   * age; none of a paused provider. Returns how many.
   */
  admit(limits: { provider: string; slots: number | null }[], maxRunningPerOwner: number): Promise<number>;
  /** Due rows of one provider in order of `check_at`; `collect` = state storing, `watch` = all others. */
  claim(provider: string, lane: Lane, limit: number, leaseMs: number): Promise<Claimed[]>;
  /** Due rows whose provider is none of these: claimed as one group. */
  claimForeign(providers: string[], limit: number, leaseMs: number): Promise<Claimed[]>;
  /** Claims for a command, due or not. `busy` = a worker holds it; null = not there, or another owner's. */
  claimOne(id: string, ownerId: string | null, leaseMs: number): Promise<Claimed | 'busy' | null>;
  /** Claims one video if a look at it is due. */
  claimDue(id: string, leaseMs: number): Promise<Claimed | null>;
  /** False = the claim is lost: stop. */
  renew(id: string, seq: number, leaseMs: number): Promise<boolean>;
  /** Gives claims back as they were. */
  release(claims: { id: string; seq: number }[]): Promise<void>;
  /**
   * Saves under the fence, events in the same transaction; one result per move, in order. A move to `queued` of a video
   * whose cancel was asked for is saved as `canceled`. A move that cannot be written is `fenced`, and marks its video
   * `poisonedAt`: an hour's rest; the others are saved.
   */
  saveMoves(moves: Move[]): Promise<SaveResult[]>;
  /**
   * The accepted operation: at once, unfenced, only where none is known. `taken` = the upstream id belongs to another
   * attempt.
   */
  saveOperation(attemptId: string, operation: JsonObject, upstreamId: string): Promise<'saved' | 'kept' | 'taken'>;
  /** A row held by a worker: remember the wish to cancel (and hide), wake its next look, write the event. */
  requestCancel(id: string, hide: boolean, actor: Actor): Promise<void>;
  /** Looks closer in time; never touches a queued row, a fence, or a result. Returns how many rows. */
  hint(which: { ids: string[] } | { provider: string } | 'all', options?: { restMs?: number }): Promise<number>;
  /** Somebody watches, for so long from now; written at most every 30 s per video. */
  markWatched(id: string, forMs: number): Promise<void>;
  /**
   * The next time at which a claim or an admission could find work; null = nothing scheduled. Looks at the providers
   * `except` are left out.
   */
  nextDueAt(except?: string[]): Promise<Date | null>;
  /** Frees every claim: only where one process owns the store. */
  releaseAllClaims(): Promise<void>;
  /** The database's time. */
  now(): Promise<Date>;

  /** Unsettled attempts of a provider that may belong to lost creates of the same request, oldest first. */
  lostAttempts(
    provider: string,
    requestHash: string,
  ): Promise<{ lost: Pick<Attempt, 'id' | 'sentAt'>[]; submitting: number }>;
  /** Which of these upstream ids belong to an attempt already. */
  knownUpstreamIds(provider: string, ids: string[]): Promise<Set<string>>;
  /** Two unclear creates in a row stop a provider's starts until it answers a probe. */
  recordStart(provider: string, unclear: boolean): Promise<void>;
  startsStopped(provider: string): Promise<boolean>;
  resumeStarts(provider: string): Promise<void>;
  /** Lets nothing be sent to a provider, or again; false = it was so already. Writes an event. */
  setPaused(provider: string, paused: boolean, actor: Actor): Promise<boolean>;
  /**
   * Takes up to `want` requests out of the provider's bucket, which all processes share: in any 60 s it gives no more
   * than `perMinute`. `nextMs` = until there is another one.
   */
  takeTokens(provider: string, want: number, perMinute: number): Promise<{ granted: number; nextMs: number }>;
  /** Puts back what was not used. */
  giveTokens(provider: string, tokens: number): Promise<void>;
  /** One process at a time: false = another holder has it, for at most as long as it said. */
  takeTurn(name: string, holder: string, forMs: number): Promise<boolean>;
  endTurn(name: string, holder: string): Promise<void>;
  /** Another job of the provider got a real answer since then: whether a 404 may count. */
  hasOtherAnswers(provider: string, exceptVideoId: string, since: Date): Promise<boolean>;
  /** Learned render times in milliseconds of the last ≤ 200 completions; null under 5. */
  quantiles(model: string, seconds: number, size: string): Promise<Quantiles | null>;

  get(id: string, ownerId: string | null): Promise<VideoDetails | null>;
  list(query: ListQuery): Promise<VideoDetails[]>;
  /** How many videos of the owner are in each state, hidden ones left out. */
  count(ownerId: string | null): Promise<Partial<Record<State, number>>>;
  asset(id: string, ownerId: string | null): Promise<Asset | null>;
  addAsset(asset: Asset, ownerId: string): Promise<void>;
  setStarred(id: string, ownerId: string | null, starred: boolean): Promise<boolean>;
  /** Only while it waits in our line; null = no such video. Writes an event where something changed. */
  setPriority(
    id: string,
    ownerId: string | null,
    priority: Priority,
    actor: Actor,
  ): Promise<'changed' | 'same' | 'not_queued' | null>;
  /** Writes down what changed nothing in the row. */
  record(videoId: string, event: { type: EventType; actor: Actor; data: JsonObject }): Promise<void>;
  events(videoId: string, ownerId: string | null): Promise<StoredEvent[]>;
  /** Committed events behind the cursor, in an order that never skips one; `more` = some are not yet visible. */
  eventsAfter(cursor: string, limit: number): Promise<{ events: StoredEvent[]; more: boolean }>;
  latestCursor(): Promise<string>;
  /** Events of all owners, newest first. */
  audit(query: AuditQuery): Promise<AuditEvent[]>;
  /** Every provider that has something going on, or was ever paused or stopped. */
  activity(): Promise<Activity[]>;
  /** Videos that may need a person: undecided, overdue, poisoned, in trouble, or of none of these providers; oldest first. */
  troubled(providers: string[], limit: number): Promise<VideoDetails[]>;
  /** From events: buckets of `bucketMs` from `from` until now. */
  throughput(from: Date, bucketMs: number): Promise<Bucket[]>;
  /** Which database this is. */
  version(): Promise<{ kind: 'embedded' | 'server'; version: string }>;
  /** `due` = a look may be due earlier than thought; `events` = something was written down. Returns the way out. */
  listen(on: 'due' | 'events', listener: () => void): () => void;
  /** Counts the engine's starts, for the receipts. */
  recordBoot(): Promise<void>;
  bootsBetween(from: Date, to: Date): Promise<number>;
  check(): Promise<void>;
  close(): Promise<void>;
};
