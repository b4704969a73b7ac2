import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { listeners } from './listeners.ts';

const firstBackoffMs = 200;
const longestBackoffMs = 10_000;
/** A line that held so long was a good one: the next attempt comes soon again. */
const steadyMs = 30_000;
const askEveryMs = 15_000;
const answerWithinMs = 5_000;

type Options = {
  /** Where nothing is heard for longer than this, the line is asked whether it still stands, at least every 15 s. */
  silenceMs: number;
  onTrouble: (error: Error) => void;
};

/** One connection that only listens, made when somebody first does, and made again whenever it breaks. */
export function listenLine(connection: pg.ClientConfig, { silenceMs, onTrouble }: Options) {
  const ears = listeners();
  const stop = Promise.withResolvers<void>();
  let stopped = false;
  let client: pg.Client | null = null;
  let running: Promise<void> | null = null;

  const hear = (on: pg.Client, channel: string) => on.query(`listen ${pg.escapeIdentifier(channel)}`);

  /** Listens until the line breaks, and throws why; returns when stopped. */
  async function session(): Promise<void> {
    const over = new AbortController();
    const query_timeout = Math.min(answerWithinMs, silenceMs);
    const fresh = new pg.Client({ ...connection, query_timeout, keepAliveInitialDelayMillis: 10_000 });
    const broken = new Promise<never>((_resolve, reject) => {
      fresh.on('error', reject);
      fresh.on('end', () => reject(new Error('the connection that listens was closed')));
    });
    // Where connect() throws the same error, nobody waits for this one.
    broken.catch(() => undefined);
    fresh.on('notification', ({ channel }) => ears.call(channel));
    try {
      await fresh.connect();
      client = fresh;
      for (const channel of ears.channels()) await hear(fresh, channel);
      ears.callAll();
      await Promise.race([broken, stop.promise, keepAsking(fresh, over.signal)]);
    } finally {
      over.abort();
      client = null;
      // A goodbye to nobody would never be answered.
      fresh.end().catch(onTrouble);
    }
  }

  /** A line that only listens would not notice that it is half-open. Throws when it does not answer. */
  async function keepAsking(on: pg.Client, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await sleep(Math.min(askEveryMs, silenceMs), undefined, { ref: false, signal: over }).catch(() => undefined);
      if (!over.aborted) await on.query('select 1');
    }
  }

  async function keepListening(): Promise<void> {
    let backoffMs = firstBackoffMs;
    while (!stopped) {
      const startedAt = performance.now();
      try {
        await session();
      } catch (error) {
        if (!stopped) onTrouble(error as Error);
      }
      if (performance.now() - startedAt > steadyMs) backoffMs = firstBackoffMs;
      await Promise.race([sleep(backoffMs * (0.5 + Math.random()), undefined, { ref: false }), stop.promise]);
      backoffMs = Math.min(backoffMs * 2, longestBackoffMs);
    }
  }

  return {
    listen(channel: string, listener: () => void): () => void {
      const first = ears.add(channel, listener);
      running ??= keepListening();
      if (client) (first ? hear(client, channel) : Promise.resolve()).then(listener, onTrouble);
      return () => ears.remove(channel, listener);
    },
    async close(): Promise<void> {
      stopped = true;
      stop.resolve();
      await running;
    },
  };
}
