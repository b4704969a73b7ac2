import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A pooler in front of PostgreSQL: a connection of the server is lent for one transaction, or for the whole session. */
export type Pooler = { port: number; close(): Promise<void> };

type Mode = 'transaction' | 'session';
type Backend = { socket: Socket; greeting: Buffer; client: Socket | null };

/** Speaks as much of the protocol as it takes to see where a transaction ends; without passwords and TLS. */
export async function openPooler(to: { host: string; port: number }, mode: Mode): Promise<Pooler> {
  const free: Backend[] = [];
  const all = new Set<Socket>();

  async function backend(startup: Buffer): Promise<Backend> {
    // The one that was given back last, as PgBouncer does it.
    const known = free.pop();
    if (known) return known;
    const socket = connect(to.port, to.host);
    all.add(socket.on('error', ignore));
    const fresh: Backend = { socket, greeting: Buffer.alloc(0), client: null };
    socket.write(startup);
    while (!isReady(fresh.greeting)) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      fresh.greeting = Buffer.concat([fresh.greeting, chunk]);
    }
    let answer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      answer = afterLast(Buffer.concat([answer, chunk]), (idle) => {
        const { client } = fresh;
        if (!idle || mode === 'session' || !client) return;
        fresh.client = null;
        free.push(fresh);
      });
      lastOf.get(fresh)?.write(chunk);
    });
    return fresh;
  }
  /** Who gets what a backend says: it may be given back before the last of it is passed on. */
  const lastOf = new WeakMap<Backend, Socket>();

  const server = createServer(async (client) => {
    all.add(client.on('error', ignore));
    const [startup] = (await once(client, 'data')) as [Buffer];
    const first = await backend(startup);
    client.write(first.greeting);
    let held: Backend | null = mode === 'session' ? first : null;
    if (!held) free.push(first);
    client.on('data', async (chunk: Buffer) => {
      client.pause();
      if (!held || held.client !== client) held = mode === 'session' && held ? held : await backend(startup);
      held.client = client;
      lastOf.set(held, client);
      held.socket.write(chunk);
      client.resume();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of all) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const readyForQuery = 'Z'.charCodeAt(0);

/** Tells of every "ready for query" whether it is outside a transaction; answers what is left of an unfinished message. */
function afterLast(bytes: Buffer, onReady: (idle: boolean) => void): Buffer<ArrayBuffer> {
  let at = 0;
  while (bytes.length >= at + 5 && bytes.length >= at + 1 + bytes.readInt32BE(at + 1)) {
    if (bytes[at] === readyForQuery) onReady(bytes[at + 5] === 'I'.charCodeAt(0));
    at += 1 + bytes.readInt32BE(at + 1);
  }
  return Buffer.from(bytes.subarray(at));
}

function isReady(bytes: Buffer): boolean {
  let ready = false;
  afterLast(bytes, () => {
    ready = true;
  });
  return ready;
}

const ignore = () => undefined;
