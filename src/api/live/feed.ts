import type { Api } from '#api/context.ts';
import { absolute } from '#api/videos/view.ts';
import type { LiveMessage, VideoView } from '#api/wire.ts';
import type { Audience, Change, Subscription } from '#notify/live.ts';

const heartbeatMs = 15_000;
const watchedForMs = 60_000;
const snapshotSize = 100;
const cursorPattern = /^\d{1,20}-\d{1,20}$/;

/** `id` is the cursor to resume behind. One object for all who came by the same address: written out once. */
export type Message = LiveMessage & { id: string };

export type Listening = {
  subscription: Subscription<VideoView>;
  audience: Audience;
  /** How this listener reaches us: for the links in what it hears. */
  origin: string;
  /** The cursor of the last message that it heard. */
  lastId: string | undefined;
  /** A stream ends with what opened it. */
  stillOpen: () => Promise<boolean>;
};

/** The line to a listener. */
export type Sink = {
  /** False: what comes stays, newest only, until the feed is told to resume. */
  isReady(): boolean;
  send(message: Message): void;
  /** Every 15 s: either side may notice that the other is gone. */
  beat(): void;
  end(error?: unknown): void;
};

export type Feed = {
  /** The sink is ready again. */
  resume(): void;
  /** The listener is gone: nothing more is said to the sink. */
  close(): void;
};

/**
 * Tells a listener a snapshot, or what it missed; then every change in the moment in which it is known. Thousands may listen:
 * between a change and the sink there is no promise.
 */
export function startFeed(api: Api, listening: Listening, sink: Sink): Feed {
  const { subscription, audience, origin, lastId, stillOpen } = listening;
  let begun = false;
  let over = false;
  let beating = false;

  function close(): void {
    over = true;
    clearInterval(beats);
    subscription.close();
  }
  function end(error?: unknown): void {
    if (over) return;
    close();
    sink.end(error);
  }
  function flush(): void {
    if (!begun || over) return;
    try {
      while (sink.isReady()) {
        const change = subscription.take();
        if (!change) break;
        sink.send(messageOf(change, origin));
      }
      if (subscription.isOver()) end();
    } catch (error) {
      end(error);
    }
  }
  async function stays(): Promise<boolean> {
    if (audience.videoId) await api.system.store.markWatched(audience.videoId, watchedForMs);
    return stillOpen();
  }
  async function begin(): Promise<void> {
    if (!(await stays())) return end();
    const missed = lastId && cursorPattern.test(lastId) ? await api.live.since(lastId, audience) : null;
    const first = missed ? missed.map((change) => messageOf(change, origin)) : [await snapshot(api, audience, origin)];
    if (over) return;
    for (const message of first) sink.send(message);
    begun = true;
    flush();
  }
  async function beat(): Promise<void> {
    if (beating) return;
    beating = true;
    const open = await stays();
    beating = false;
    if (over) return;
    if (open) sink.beat();
    else end();
  }

  const beats = setInterval(() => void beat().catch(end), heartbeatMs);
  subscription.onNews(flush);
  begin().catch(end);
  return { resume: flush, close };
}

async function snapshot(api: Api, { ownerId, videoId }: Audience, origin: string): Promise<Message> {
  const { store } = api.system;
  // Before the rows are read: what changes meanwhile is told once more, never lost.
  const id = await store.latestCursor();
  const one = videoId ? await store.get(videoId, null) : null;
  const found = videoId
    ? [one].filter((it) => it !== null)
    : await store.list({ ownerId, limit: snapshotSize, order: 'desc' });
  const videos = await Promise.all(found.map(async (details) => absolute(await api.views.of(details), origin)));
  return { event: 'snapshot', id, data: { videos, counts: videoId ? {} : await store.count(ownerId) } };
}

const known = new WeakMap<Change<VideoView>, Map<string, Message>>();

function messageOf(change: Change<VideoView>, origin: string): Message {
  const byOrigin = known.get(change) ?? new Map<string, Message>();
  known.set(change, byOrigin);
  const message = byOrigin.get(origin) ?? newMessage(change, origin);
  byOrigin.set(origin, message);
  return message;
}

const newMessage = ({ cursor, videoId, view }: Change<VideoView>, origin: string): Message =>
  view
    ? { event: 'video', id: cursor, data: absolute(view, origin) }
    : { event: 'removed', id: cursor, data: { id: videoId } };
