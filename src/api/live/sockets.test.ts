import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createTestApi, keys, type TestApi } from '#api/testing.ts';
import { openMemoryStore } from '#store/memory.ts';
import { createSockets } from './sockets.ts';

type Heard = { event: string; id: string; data: { id?: string; state?: string; videos?: { id: string }[] } };

let test: TestApi;
let server: Server;
const clients: WebSocket[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  await test.stop();
  server.close();
  await once(server, 'close');
});

async function serve(): Promise<void> {
  test = await createTestApi({ store: openMemoryStore() });
  server = createServer().listen(0, '127.0.0.1');
  server.on('upgrade', createSockets(test.api));
  await once(server, 'listening');
}

const bearer = { authorization: `Bearer ${keys.key}` };
const address = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;

/** A client that is let in, or the status with which it is not. */
async function connect(query: string, headers: Record<string, string> = {}) {
  const client = new WebSocket(`ws://${address()}/ws${query}`, { headers });
  clients.push(client);
  const messages: Heard[] = [];
  let wake = () => {};
  client.on('message', (text) => {
    messages.push(JSON.parse(String(text)) as Heard);
    wake();
  });
  const refused = new Promise<number>((resolve) => {
    client.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
  });
  // Said by the status already.
  client.on('error', () => client.terminate());
  const status = await Promise.race([once(client, 'open').then(() => 101), refused]);
  async function next(): Promise<Heard> {
    while (messages.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return messages.shift() as Heard;
  }
  async function until(wanted: (message: Heard) => boolean): Promise<Heard> {
    for (;;) {
      const message = await next();
      if (wanted(message)) return message;
    }
  }
  return { status, client, next, until };
}

describe('the live stream over WebSocket', () => {
  it('begins with a snapshot, and tells every change until the clip is there', async () => {
    await serve();
    const before = await test.done();
    const { next, until } = await connect('', bearer);
    const snapshot = await next();
    expect([snapshot.event, snapshot.data.videos?.map((video) => video.id)]).toEqual(['snapshot', [before.id]]);
    const { id } = await test.ask();
    const last = await until(({ data }) => data.id === id && data.state === 'completed');
    expect([last.event, last.id]).toEqual(['video', expect.stringMatching(/^\d+-\d+$/)]);
    await test.call('owner', 'DELETE', `/api/videos/${id}`);
    expect((await until(({ event }) => event === 'removed')).data).toEqual({ id });
  });

  it('goes on behind last_event_id without a snapshot', async () => {
    await serve();
    const first = await connect('', bearer);
    const seen = await first.next();
    first.client.close();
    const { id } = await test.done();
    const resumed = await connect(`?last_event_id=${seen.id}`, bearer);
    expect(await resumed.next()).toMatchObject({ event: 'video', data: { id, state: 'completed' } });
  });

  it('of one video tells of no other, and needs only its signed link', async () => {
    await serve();
    const { id } = await test.done();
    const token = test.api.links.sign(id, new Date());
    const { next } = await connect(`?video=${id}&token=${token}`);
    expect((await next()).data.videos?.map((video) => video.id)).toEqual([id]);
    await test.done();
    await test.call('owner', 'PATCH', `/api/videos/${id}`, { body: { starred: true } });
    await test.call('owner', 'DELETE', `/api/videos/${id}`);
    expect(await next()).toMatchObject({ event: 'removed', data: { id } });
  });

  it('lets a page of ours in by its session, and no other page', async () => {
    await serve();
    await test.ask();
    const session = await test.cookie('owner');
    const own = { cookie: session, origin: `http://${address()}` };
    expect((await connect('', own)).status).toBe(101);
    expect((await connect('', { ...own, 'sec-fetch-site': 'same-origin' })).status).toBe(101);
    expect((await connect('', { ...own, origin: 'http://evil.example' })).status).toBe(403);
    expect((await connect('', { ...own, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await connect('', { cookie: session })).status).toBe(403);
  });

  it('is closed to everybody else', async () => {
    await serve();
    const { id } = await test.done('other');
    const [none, wrong, theirs, odd, link] = await Promise.all([
      connect(''),
      connect('', { authorization: 'Bearer dk_wrong_wrong_wrong_wrong' }),
      connect(`?video=${id}`, bearer),
      connect('?video=x', bearer),
      connect(`?video=${id}&token=1.x`),
    ]);
    expect([none, wrong, theirs, odd, link].map(({ status }) => status)).toEqual([401, 401, 404, 404, 401]);
    expect(test.api.live.subscribers()).toBe(0);
  });

  it('ends when the server stops, and leaves no listener behind', async () => {
    await serve();
    const staying = await connect('', bearer);
    const leaving = await connect('', bearer);
    await Promise.all([staying.next(), leaving.next()]);
    expect(test.api.live.subscribers()).toBe(2);
    leaving.client.close();
    await expect.poll(() => test.api.live.subscribers()).toBe(1);
    const closed = once(staying.client, 'close');
    await test.api.live.stop();
    expect((await closed)[0]).toBe(1001);
    expect(test.api.live.subscribers()).toBe(0);
  });

  it('listens to nothing, and hangs up on whoever talks too much', async () => {
    await serve();
    const { client, next } = await connect('', bearer);
    await next();
    client.send('hello');
    const closed = once(client, 'close');
    client.send('x'.repeat(2_000));
    expect((await closed)[0]).toBe(1009);
  });
});
