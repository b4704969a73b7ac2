import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { vi } from 'vitest';
import type { Endpoint } from '#engine/webhooks.ts';
import { createSafeFetch } from '#net/safe-fetch.ts';
import { setScene } from '#store/conformance/scene.ts';
import type { Database } from '#store/database/database.ts';
import { createSeal } from '#store/settings/seal.ts';
import { openStore } from '#store/store.ts';
import { openWebhooks } from '#store/webhooks/endpoints.ts';
import { openDeliveryQueue } from '#store/webhooks/queue.ts';
import { createWebhooks } from './webhooks.ts';

type Received = { headers: IncomingHttpHeaders; body: string; path: string };
type Answer = (response: ServerResponse, received: Received) => void;

export const actor = { type: 'user' as const, id: 'ada' };
const both = ['video.completed', 'video.failed'] as const;
/** On a server that others use, what is committed may become visible seconds later. */
export const patience = { timeout: 20_000, interval: 20 };
export const ended: (() => Promise<unknown>)[] = [];
/** What a test opened is closed, the last first. */
export async function endAll(): Promise<void> {
  for (const end of ended.splice(0).reverse()) await end();
}

/** Somebody who is told; `answer` may change. */
export async function receiver(answer: Answer = (response) => response.end('thanks')) {
  const received: Received[] = [];
  const self = { received, answer, url: (path = '/') => `http://127.0.0.1:${port}${path}` };
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const got = { headers: request.headers, body, path: request.url ?? '' };
    received.push(got);
    self.answer(response, got);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  ended.push(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return self;
}

export const log = { debug() {}, info() {}, warn: vi.fn(), error: vi.fn() };
const clock = {
  now: () => new Date(),
  elapsedMs: () => performance.now(),
  sleep: async (ms: number, signal?: AbortSignal) => {
    await sleep(ms, undefined, signal && { signal }).catch(() => undefined);
  },
};

/** A process that delivers, over a database that may outlive it. */
export async function world(database: Database, options: { allowHosts?: string[]; secret?: string } = {}) {
  const { allowHosts = ['127.0.0.1'], secret = 's'.repeat(43) } = options;
  const store = openStore(database);
  const seal = createSeal(secret);
  const endpoints = openWebhooks(database, seal);
  const queue = openDeliveryQueue(database, { seal, log, works: false });
  const fetch = createSafeFetch({ allowHosts, httpsOnly: true });
  const webhooks = createWebhooks({ queue, endpoints, store, fetch, clock, log, userAgent: 'Dailies/test' });
  ended.push(() => webhooks.stop());
  const scene = await setScene(async () => store);
  const make = async (url: string, more: Partial<Pick<Endpoint, 'events' | 'all' | 'ownerId'>> = {}) => {
    const made = await endpoints.create(
      { ownerId: 'ada', all: false, name: 'ours', url, events: [...both], ...more },
      100,
      actor,
    );
    if (!made) throw new Error('not made');
    return made;
  };
  const logOf = async ({ id, ownerId }: Endpoint) => (await endpoints.deliveries(id, ownerId, { limit: 100 })) ?? [];
  const cancel = async (overrides: object = {}) => {
    const id = await scene.ask(overrides);
    await scene.save(await scene.claimed(id), 'canceled', { event: 'canceled', next: null });
    return id;
  };
  return { ...scene, database, endpoints, queue, webhooks, make, logOf, cancel };
}

/** Retries are due now. */
export const hurry = (database: Database) => database.query('update dailies_jobs.job set start_after = now()');
