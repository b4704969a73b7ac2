import type { Actor, JsonObject } from '#video/video.ts';

/** What an endpoint may ask to be told. */
export type WebhookEventType = 'video.completed' | 'video.failed' | 'video.progress' | 'video.attention';

/** `gone` = it answered 410; `failing` = nothing arrived for too long. */
export type PauseReason = 'gone' | 'failing';

/** `held` = its endpoint is paused: it is sent when that resumes. */
export type DeliveryState = 'pending' | 'delivered' | 'failed' | 'held';

/** Where an owner is told what happens to his videos. */
export type Endpoint = {
  id: string;
  ownerId: string;
  /** Of the videos of every owner, as long as its own one is an admin. */
  all: boolean;
  name: string;
  url: string;
  events: WebhookEventType[];
  createdAt: Date;
  /** Both secrets are signed with until then; null = there is one. */
  previousUntil: Date | null;
  /** Since when nothing arrives; null = the last try did. */
  failingSince: Date | null;
  pausedAt: Date | null;
  pausedWhy: PauseReason | null;
  /** Deliveries that are held until it resumes. */
  held: number;
};

export type EndpointChange = Partial<Pick<Endpoint, 'name' | 'url' | 'events' | 'all'>>;

/** One message to one endpoint. */
export type WebhookDelivery = {
  id: number;
  endpointId: string;
  /** `webhook-id`: the same at every try. */
  eventId: string;
  type: WebhookEventType | 'webhook.test';
  videoId: string | null;
  data: JsonObject;
  /** Of the event. */
  at: Date;
  state: DeliveryState;
  tries: number;
  lastAt: Date | null;
  lastStatus: number | null;
  lastError: string | null;
  lastAnswer: string | null;
  nextAt: Date | null;
};

/** How one try ended. `answer` = its beginning, as the endpoint sent it. */
export type Tried = { status: number | null; error: string | null; answer: string | null };

/** A delivery that this process has to try now, with everything that the try needs. */
export type DueDelivery = Pick<
  WebhookDelivery,
  'id' | 'endpointId' | 'eventId' | 'type' | 'videoId' | 'data' | 'at'
> & {
  jobId: string;
  url: string;
  /** All that are signed with, the newest first. */
  secrets: string[];
};

/** The rows of the endpoints and of what is sent to them. Null and false = there is no such thing of this owner. */
export type WebhookStore = {
  /** Oldest first. */
  list(ownerId: string): Promise<Endpoint[]>;
  get(id: string, ownerId: string): Promise<Endpoint | null>;
  /** The secret is told this once. Null = the owner has as many as one may. */
  create(
    endpoint: Pick<Endpoint, 'ownerId' | 'all' | 'name' | 'url' | 'events'>,
    most: number,
    actor: Actor,
  ): Promise<{ endpoint: Endpoint; secret: string } | null>;
  change(id: string, ownerId: string, change: EndpointChange, actor: Actor): Promise<Endpoint | null>;
  /** With its deliveries. */
  remove(id: string, ownerId: string, actor: Actor): Promise<boolean>;
  /** A new secret; the one before is signed with beside it for `keepMs`. */
  rotate(
    id: string,
    ownerId: string,
    keepMs: number,
    actor: Actor,
  ): Promise<{ endpoint: Endpoint; secret: string } | null>;
  /** What was held is sent. */
  resume(id: string, ownerId: string, actor: Actor): Promise<Endpoint | null>;
  /** Newest first; `after` = id of the last one of the page before. */
  deliveries(
    id: string,
    ownerId: string,
    page: { after?: number; state?: DeliveryState; limit: number },
  ): Promise<WebhookDelivery[] | null>;
  /** Sends it once more under the same id; `paused` = held, as long as its endpoint is. */
  replay(id: string, ownerId: string, deliveryId: number): Promise<WebhookDelivery | null>;
  /** What can be signed with; null = none that opens. */
  secrets(id: string): Promise<string[] | null>;
  /** Writes down a test, which is tried once and at once. */
  recordTest(id: string, eventId: string, at: Date, tried: Tried): Promise<WebhookDelivery>;
  /** How many are paused; null = of all owners. */
  paused(ownerId: string | null): Promise<number>;
  /** Is there any endpoint? */
  any(): Promise<boolean>;
  /** Secrets that were sealed with the previous secret are sealed with the present one. Returns how many. */
  reseal(): Promise<number>;
  /** Hears of new endpoints and of what is to be sent again, of any process. Returns the way out. */
  listen(listener: () => void): () => void;
};

/** What is due, for whoever delivers. Runs on pg-boss, in a schema of its own beside ours. */
export type DeliveryQueue = {
  /**
   * Makes deliveries of the events that are new, and a job of each delivery; each step is one transaction, and comes
   * again after a crash. Returns how many events it read, and whether others are committed or under way behind them.
   */
  fill(): Promise<{ read: number; more: boolean }>;
  /** Due deliveries, at most `limit`, and at most `perEndpoint` under way of one endpoint. */
  take(limit: number, perEndpoint: number): Promise<DueDelivery[]>;
  /** Writes down how a try ended, and when the next one is; pauses an endpoint that is dead. */
  settle(due: DueDelivery, tried: Tried): Promise<void>;
  /** Not tried after all: somebody else does it soon. */
  giveBack(due: DueDelivery[]): Promise<void>;
  /** Deletes what is older than thirty days, and frees what was begun and never ended: where nobody else does. */
  tidy(): Promise<void>;
  stop(): Promise<void>;
};
