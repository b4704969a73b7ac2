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

/** What a listener hears: a snapshot, or what it missed; then every change; `idle` when nothing happens for a while. */
export async function* liveMessages(api: Api, listening: Listening): AsyncGenerator<Message | 'idle'> {
  const { subscription, audience, origin, lastId, stillOpen } = listening;
  const beat = async () => {
    if (audience.videoId) await api.system.store.markWatched(audience.videoId, watchedForMs);
    return stillOpen();
  };
  if (!(await beat())) return;
  const missed = lastId && cursorPattern.test(lastId) ? await api.live.since(lastId, audience) : null;
  if (missed) for (const change of missed) yield messageOf(change, origin);
  else yield await snapshot(api, audience, origin);
  for (;;) {
    const change = await subscription.next(heartbeatMs);
    if (change === null) return;
    if (change !== 'idle') yield messageOf(change, origin);
    else if (await beat()) yield 'idle';
    else return;
  }
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
