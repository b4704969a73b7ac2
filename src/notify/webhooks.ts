import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Log, Store } from '#engine/system.ts';
import type { DeliveryQueue, DueDelivery, Tried, WebhookStore } from '#engine/webhooks.ts';
import type { SafeFetch } from '#net/safe-fetch.ts';
import { type Message, post } from './webhook-request.ts';

export type Webhooks = {
  /** Delivers what is due until `stop`. */
  start(): void;
  /** Delivers what is due for so long, where nobody else does. */
  drain(budgetMs: number): Promise<void>;
  /** One try, written down nowhere. */
  send(message: Message): Promise<Tried>;
  stop(): Promise<void>;
};

export type WebhooksOptions = {
  queue: DeliveryQueue;
  endpoints: Pick<WebhookStore, 'any' | 'listen'>;
  store: Pick<Store, 'listen'>;
  fetch: SafeFetch;
  clock: Clock;
  log: Log;
  userAgent: string;
};

/** Tries under way in this process, and of one endpoint in all: one that is slow leaves room for the others. */
const width = 32;
const perEndpoint = 4;
/** A burst of events becomes one reading. */
const coalesceMs = 50;
/** Committed events become visible soon; a retry falls due without a word. */
const moreMs = 250;
const floorMs = 2_000;
/** While there is no endpoint at all: a word of the first one comes, and this covers for a lost one. */
const idleMs = 30_000;
const troubleMs = 5_000;
/** What is under way may end; then it is cut off, and tried again by the next process. */
const graceMs = 1_500;

/** Brings what was committed to those who asked to be told. The events are the outbox: a kill at any line loses nothing. */
export function createWebhooks(options: WebhooksOptions): Webhooks {
  const { queue, endpoints, store, fetch, clock, log, userAgent } = options;
  const underWay = new Map<DueDelivery, Promise<void>>();
  const cut = new AbortController();
  let stopped = false;
  let nap = new AbortController();
  let unlisten: (() => void)[] = [];
  let looping: Promise<void> | null = null;
  /** Whether there is any endpoint: asked again when one is made or removed. */
  let wanted = false;

  const send = (message: Message) => post(fetch, message, { now: clock.now(), userAgent, signal: cut.signal });

  async function deliver(due: DueDelivery): Promise<void> {
    try {
      const tried = await send(due);
      if (cut.signal.aborted && tried.status === null) return await queue.giveBack([due]);
      await queue.settle(due, tried);
    } catch (error) {
      // Its job runs out by itself, and is tried again.
      log.warn({ err: error, webhook: due.endpointId }, 'a webhook could not be settled');
    }
  }

  /** One round: reads on, and begins what is due. Resolves to how long to rest. */
  async function round(): Promise<number> {
    wanted ||= await endpoints.any();
    if (!wanted) return idleMs;
    const { read, more } = await queue.fill();
    const room = width - underWay.size;
    const due = room > 0 ? await queue.take(room, perEndpoint) : [];
    for (const one of due) {
      const trying = deliver(one).finally(() => {
        underWay.delete(one);
        nap.abort();
      });
      underWay.set(one, trying);
    }
    if (due.length > 0) return 0;
    return read > 0 || more ? moreMs : floorMs;
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      nap = new AbortController();
      const restMs = await round().catch((error: unknown) => {
        log.warn({ err: error }, 'webhooks could not be read or taken');
        return troubleMs;
      });
      if (stopped) break;
      if (restMs === 0) await turn();
      else {
        await clock.sleep(restMs, nap.signal);
        await clock.sleep(coalesceMs);
      }
    }
  }

  return {
    send,
    start() {
      unlisten = [
        store.listen('events', () => {
          // A save costs no query where nobody wants to be told.
          if (wanted) nap.abort();
        }),
        endpoints.listen(() => {
          wanted = false;
          nap.abort();
        }),
      ];
      looping ??= loop();
    },
    async drain(budgetMs) {
      const untilMs = clock.now().getTime() + budgetMs;
      const leftMs = () => untilMs - clock.now().getTime();
      if (!(await endpoints.any())) return;
      await queue.tidy();
      do {
        const restMs = await round();
        if (restMs > 0 && underWay.size === 0) break;
        const patience = new AbortController();
        const ends = [...underWay.values(), clock.sleep(Math.max(0, leftMs()), patience.signal)];
        await Promise.race(ends);
        patience.abort();
      } while (leftMs() > 0 && !stopped);
    },
    async stop() {
      stopped = true;
      for (const out of unlisten) out();
      nap.abort();
      await looping;
      const patience = new AbortController();
      await Promise.race([Promise.all(underWay.values()), clock.sleep(graceMs, patience.signal)]);
      patience.abort();
      cut.abort();
      await Promise.all(underWay.values());
      await queue.stop();
    },
  };
}
