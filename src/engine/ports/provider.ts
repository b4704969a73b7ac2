import type { Answer, Listed, NoAnswer, Submission } from '#video/answer.ts';
import type { AssetKind, JsonObject, Request } from '#video/video.ts';
import type { Download } from './media.ts';

export type Capabilities = {
  /** Sends the same key twice → one job. Only then is a request with an unknown outcome sent again. */
  deduplicates: boolean;
  lists: boolean;
  cancels: boolean;
  /** Calls a URL of ours when a job ends; only then is one passed on. */
  callsBack: boolean;
  /** Jobs at once and accepted at this provider; null = no limit of ours. */
  slots: number | null;
  /** Looks and starts in any 60 s, of all processes together; null = no limit of ours. */
  requestsPerMinute: number | null;
  /** Results stay there so long. */
  retentionMs: number;
};

/** What goes with a paid request beside it. */
export type StartCall = {
  /** The Idempotency-Key: the attempt's id. */
  key: string;
  signal: AbortSignal;
  /** To be asked when nothing is left to do but write the first byte: false = nothing may be sent. Absent = it may. */
  mayStillSend?: (() => boolean) | undefined;
  /** Where the provider may call when the job ends; null = nowhere. It is as secret as a key. */
  webhookUrl: string | null;
};

/** An incoming call of a provider, as it came: signatures are over the raw bytes. */
export type Delivery = { headers: Headers; body: Uint8Array };

/** What a verified call says; only a hint to look, and the number of a job whose answer was lost. */
export type Called = {
  /** The same call delivered again has the same id. */
  eventId: string;
  /** Null = the call does not name its job. */
  job: { upstreamId: string; operation: JsonObject } | null;
};

/** A configured service that renders. Answers are data; a provider throws only on our own defects. */
export type Provider = {
  id: string;
  /** Which of its keys it sends with: attempts freeze it, so that a new key never loses an old job. */
  credentialId: string | null;
  capabilities: Capabilities;
  /** POSTs once, without retries. */
  start(request: Request, call: StartCall): Promise<Submission>;
  /** POSTs once: shows it somebody in a stored video, who can appear in other clips. Absent = it keeps none. */
  createCharacter?(name: string, inputId: string, call: StartCall): Promise<Submission>;
  check(operation: JsonObject, signal: AbortSignal): Promise<Answer>;
  /** The operation of a job of this request, by the id that a person found there; absent = `{ id }`. */
  operationOf?(upstreamId: string, request: Request): JsonObject;
  cancel?(operation: JsonObject, signal: AbortSignal): Promise<'canceled' | 'refused' | NoAnswer>;
  /** Every job created at or after `since`; throws nothing: an incomplete listing is a NoAnswer. */
  list?(since: Date, signal: AbortSignal): Promise<{ kind: 'complete'; jobs: Listed[] } | NoAnswer>;
  /** A free request that proves that the provider answers. */
  probe(signal: AbortSignal): Promise<boolean>;
  /** A free request that a wrong key is refused for: what a person asks for who pasted one. Absent = it has none. */
  test?(signal: AbortSignal): Promise<{ kind: 'ok' } | NoAnswer>;
  /** Streams a result. Throws `DownloadError`. */
  open(operation: JsonObject, kind: AssetKind, signal: AbortSignal): Promise<Download>;
  /** Null = not from this provider, too old, or tampered with. */
  verifyWebhook?(delivery: Delivery, now: Date): Promise<Called | null>;
};

export type Providers = {
  ids(): string[];
  /**
   * Undefined when the provider of a row is not configured (any more). With the key of an attempt where that is still
   * kept, else with the present one.
   */
  get(id: string, credentialId?: string | null): Provider | undefined;
  /** What people call it: its id where it is not configured. */
  name(id: string): string;
};
