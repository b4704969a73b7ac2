import type { LiveMessage } from '#ui/shapes.ts';
import { type LiveView, nothingYet, reduceLive, snapshotOf } from './live-view.ts';

export type Connection = 'connecting' | 'open' | 'lost';
export type LiveListener = {
  onMessage(message: LiveMessage): void;
  onConnection(connection: Connection): void;
  /** From now on this tab is the one that listens for all. */
  onLead?(): void;
};

/** What tabs of one browser say to each other. */
type TabMessage =
  | { kind: 'hello' }
  | { kind: 'connection'; connection: Connection }
  | { kind: 'live'; message: LiveMessage };

const streamUrl = '/api/events';
const shareName = 'dailies-live';
const retryMs = 3_000;

/**
 * Listens to the server's live stream until the returned function is called. Browsers open six connections per host at
 * most, so tabs share one: the tab that holds the lock listens and tells the others, and another takes over when it goes.
 * Without Web Locks (plain http on a LAN) every tab listens for itself.
 */
export function openLive(listener: LiveListener): () => void {
  if (!navigator.locks || typeof BroadcastChannel === 'undefined') return listen(listener);
  const channel = new BroadcastChannel(shareName);
  const closing = new AbortController();
  const tell = (message: TabMessage) => channel.postMessage(message);

  channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
    if (data.kind === 'live') listener.onMessage(data.message);
    if (data.kind === 'connection') listener.onConnection(data.connection);
  };
  tell({ kind: 'hello' });

  navigator.locks
    .request(shareName, { signal: closing.signal }, () => lead(listener, channel, tell, closing.signal))
    .catch((error: unknown) => {
      // Closed while it was waiting for its turn.
      if (!closing.signal.aborted) throw error;
    });
  return () => {
    closing.abort();
    channel.close();
  };
}

/** Listens for all tabs; the lock is held until the promise ends. */
function lead(
  listener: LiveListener,
  channel: BroadcastChannel,
  tell: (message: TabMessage) => void,
  closing: AbortSignal,
): Promise<void> {
  // The lock may be granted in the same moment as the page goes on.
  if (closing.aborted) return Promise.resolve();
  listener.onLead?.();
  let view: LiveView = nothingYet;
  let connection: Connection = 'connecting';
  channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
    if (data.kind !== 'hello') return;
    tell({ kind: 'connection', connection });
    if (connection === 'open') tell({ kind: 'live', message: snapshotOf(view) });
  };
  const stop = listen({
    onMessage(message) {
      view = reduceLive(view, message);
      listener.onMessage(message);
      tell({ kind: 'live', message });
    },
    onConnection(now) {
      connection = now;
      listener.onConnection(now);
      tell({ kind: 'connection', connection });
    },
  });
  return new Promise((resolve) => {
    closing.addEventListener('abort', () => {
      stop();
      resolve();
    });
  });
}

/** One EventSource of our own. It reconnects by itself, except after an answer that is no stream. */
function listen(listener: LiveListener): () => void {
  let source: EventSource;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  // A proxy may open the stream and keep what it says: the first one counts as open when it has spoken.
  let hasSpoken = false;
  const open = () => {
    source = new EventSource(streamUrl);
    source.onopen = () => hasSpoken && listener.onConnection('open');
    source.onerror = () => {
      listener.onConnection('lost');
      if (source.readyState === EventSource.CLOSED) retryTimer = setTimeout(open, retryMs);
    };
    for (const event of ['snapshot', 'video', 'removed'] as const) {
      source.addEventListener(event, ({ data }: MessageEvent<string>) => {
        if (!hasSpoken) listener.onConnection('open');
        hasSpoken = true;
        listener.onMessage({ event, data: JSON.parse(data) } as LiveMessage);
      });
    }
  };
  open();
  return () => {
    clearTimeout(retryTimer);
    source.close();
  };
}
