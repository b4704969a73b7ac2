import type { Clock, Log, Store, StoredEvent } from '#engine/system.ts';

/** A video that changed, as it is now; `view` null = it is gone. `cursor` is that of its newest event. */
export type Change<V> = { cursor: string; videoId: string; view: V | null };

/** Whose changes: null = everybody's; `videoId` narrows to one video. */
export type Audience = { ownerId: string | null; videoId?: string };

export type Subscription<V> = {
  /** What has waited longest; null = nothing waits. */
  take(): Change<V> | null;
  /** Calls from now on when something came, and at the end; it must not throw. */
  onNews(listener: () => void): void;
  isOver(): boolean;
  close(): void;
};

export type Live<V> = {
  /** Everything after this promise has resolved is delivered. */
  subscribe(audience: Audience): Promise<Subscription<V>>;
  /** What changed behind the cursor; null = too much: begin with a snapshot. */
  since(cursor: string, audience: Audience): Promise<Change<V>[] | null>;
  subscribers(): number;
  /** Ends every stream. */
  stop(): Promise<void>;
};

export type LiveOptions<V> = {
  store: Pick<Store, 'listen' | 'eventsAfter' | 'latestCursor'>;
  clock: Clock;
  log: Log;
  /** The video as it goes over the wire; null = not to be seen (any more). */
  view(videoId: string): Promise<V | null>;
};

const batch = 500;
/** The first of a burst of saves is told at once, the others together. */
const coalesceMs = 25;
/** Events that are committed but not yet visible come soon; else the poll only covers for a lost NOTIFY. */
const moreMs = 1_000;
const floorMs = 15_000;
const viewsAtOnce = 8;
const maxResumed = 200;
/** Of one subscriber. Whoever is further behind begins anew. */
const maxPending = 1_000;

/**
 * Tells whoever listens what was committed. One reader per process, however many listen: a batch of events is read
 * once, each changed video is viewed once, and only if somebody wants it. A slow listener gets the newest of each
 * video, never a backlog.
 */
export function createLive<V>({ store, clock, log, view }: LiveOptions<V>): Live<V> {
  const listeners = new Set<Listener<V>>();
  let position: Promise<string> | null = null;
  let stopped = false;
  let nap = new AbortController();
  const unlisten = store.listen('events', () => nap.abort());

  async function changesOf(events: StoredEvent[], wanted: (event: StoredEvent) => boolean): Promise<Change<V>[]> {
    const newest = new Map<string, string>();
    for (const event of events) {
      if (!wanted(event)) continue;
      // Deleted first, so that the order is that of the newest events: an id that was sent covers all before it.
      newest.delete(event.videoId);
      newest.set(event.videoId, event.cursor);
    }
    const entries = [...newest];
    const changes: Change<V>[] = [];
    for (let i = 0; i < entries.length; i += viewsAtOnce) {
      const some = entries.slice(i, i + viewsAtOnce);
      changes.push(
        ...(await Promise.all(some.map(async ([videoId, cursor]) => ({ cursor, videoId, view: await view(videoId) })))),
      );
    }
    return changes;
  }

  /** Reads once and delivers; resolves to how long to rest. */
  async function deliver(from: string): Promise<number> {
    const { events, more } = await store.eventsAfter(from, batch);
    const last = events.at(-1);
    if (!last) return more ? moreMs : floorMs;
    const owners = new Map(events.map((event) => [event.videoId, event.ownerId]));
    const changes = await changesOf(events, (event) => [...listeners].some((one) => hears(one.audience, event)));
    for (const change of changes) {
      const about = { videoId: change.videoId, ownerId: owners.get(change.videoId) ?? '' };
      for (const one of listeners) if (hears(one.audience, about)) one.push(change);
    }
    if (position) position = Promise.resolve(last.cursor);
    return events.length === batch ? 0 : more ? moreMs : floorMs;
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      nap = new AbortController();
      let restMs = floorMs;
      try {
        // Nobody listens: nothing is read, and the next listener starts at the end.
        if (position) restMs = await deliver(await position);
      } catch (error) {
        log.warn({ err: error }, 'live events could not be read');
        position = listeners.size > 0 ? position : null;
        restMs = moreMs;
      }
      if (restMs > 0 && !stopped) await clock.sleep(coalesceMs);
      if (restMs > 0 && !nap.signal.aborted && !stopped) await clock.sleep(restMs, nap.signal);
    }
  }
  const looping = loop();

  return {
    async subscribe(audience) {
      const listener = createListener<V>(audience, () => {
        listeners.delete(listener);
        if (listeners.size === 0) position = null;
      });
      if (stopped) {
        listener.end();
        return listener;
      }
      listeners.add(listener);
      position ??= store.latestCursor();
      try {
        await position;
      } catch (error) {
        listener.close();
        position = null;
        throw error;
      }
      nap.abort();
      return listener;
    },

    async since(cursor, audience) {
      const events: StoredEvent[] = [];
      for (let from = cursor; ; ) {
        const page = await store.eventsAfter(from, batch);
        events.push(...page.events.filter((event) => hears(audience, event)));
        if (new Set(events.map((event) => event.videoId)).size > maxResumed) return null;
        const last = page.events.at(-1);
        if (!last || page.events.length < batch) break;
        from = last.cursor;
        if (events.length > 20 * batch) return null;
      }
      return changesOf(events, () => true);
    },

    subscribers: () => listeners.size,

    async stop() {
      stopped = true;
      unlisten();
      nap.abort();
      for (const one of [...listeners]) one.end();
      await looping;
    },
  };
}

const hears = (audience: Audience, about: { videoId: string; ownerId: string }): boolean =>
  (audience.ownerId === null || audience.ownerId === about.ownerId) &&
  (audience.videoId === undefined || audience.videoId === about.videoId);

type Listener<V> = Subscription<V> & { audience: Audience; push(change: Change<V>): void; end(): void };

function createListener<V>(audience: Audience, onClose: () => void): Listener<V> {
  const pending = new Map<string, Change<V>>();
  let over = false;
  let tell = () => {};
  const end = () => {
    if (over) return;
    over = true;
    pending.clear();
    onClose();
    tell();
  };
  return {
    audience,
    push(change) {
      pending.delete(change.videoId);
      pending.set(change.videoId, change);
      if (pending.size > maxPending) end();
      else tell();
    },
    take() {
      const [first] = pending.values();
      if (!first) return null;
      pending.delete(first.videoId);
      return first;
    },
    onNews(listener) {
      tell = listener;
    },
    isOver: () => over,
    end,
    close: end,
  };
}
