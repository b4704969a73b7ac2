import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { listeners } from './listeners.ts';

const firstBackoffMs = 200;
const longestBackoffMs = 10_000;
/** A line that held so long was a good one: the next attempt comes soon again. */
const steadyMs = 30_000;

/** One connection that only listens, made when somebody first does, and made again whenever it breaks. */
export function listenLine(connection: pg.ClientConfig, onTrouble: (error: Error) => void) {
  const ears = listeners();
  const stop = Promise.withResolvers<void>();
  let stopped = false;
  let client: pg.Client | null = null;
  let running: Promise<void> | null = null;

  const hear = (on: pg.Client, channel: string) => on.query(`listen ${pg.escapeIdentifier(channel)}`);

  /** Listens until the line breaks, and throws why; returns when stopped. */
  async function session(): Promise<void> {
    const fresh = new pg.Client({ ...connection, keepAliveInitialDelayMillis: 10_000 });
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
      await Promise.race([broken, stop.promise]);
    } finally {
      client = null;
      await fresh.end();
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
