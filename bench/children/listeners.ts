// Thousands of clients of one live stream, each a bare socket, and the request after which all of them should hear something.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { request } from 'undici';
import { argument, endWithParent, onAsked, tell } from './parent.ts';

export type Listening = { origin: string; path: string; headers: Record<string, string>; clients: number };
export type Cause = { path: string; body: string };
/** From sending the request to the clients' having the change; `message` as one of them got it. */
export type Heard = { p50Ms: number; p99Ms: number; message: string };

const { origin, path, headers, clients } = argument<Listening>();
/** Connections that are being opened at once. */
const width = 100;
const patienceMs = 60_000;
const { hostname, port } = new URL(origin);
const begins = Buffer.from('event: video');

let hear: (text: Buffer) => void = () => {};
const sockets: Socket[] = [];
const lines = Object.entries({ host: `${hostname}:${port}`, accept: 'text/event-stream', ...headers });
const asked = `GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;

/** Open when its snapshot has come, which is the first thing that ends in an empty line behind data. */
async function open(): Promise<void> {
  const socket = connect(Number(port), hostname);
  socket.setNoDelay(true);
  socket.write(asked);
  let text = '';
  while (!/^data: /m.test(text)) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    text += chunk.toString('latin1');
    if (!/^HTTP\/1.1 200/.test(text)) throw new Error(text.slice(0, 300));
  }
  socket.on('data', (chunk) => {
    if (chunk.includes(begins)) hear(chunk);
  });
  socket.on('close', () => {
    console.error('a stream ended');
    process.exit(1);
  });
  sockets.push(socket);
}

let left = clients;
await Promise.all(
  Array.from({ length: width }, async () => {
    while (left-- > 0) await open();
  }),
);

/** Every client hears each change once: the message is no larger than a segment of loopback. */
onAsked(async (cause: Cause): Promise<Heard> => {
  const tookMs: number[] = [];
  let message = '';
  const all = Promise.withResolvers<void>();
  const late = setTimeout(() => all.reject(new Error(`${tookMs.length} of ${clients} heard of it`)), patienceMs);
  const startedAt = performance.now();
  hear = (chunk) => {
    tookMs.push(performance.now() - startedAt);
    message ||= chunk.toString();
    if (tookMs.length === clients) all.resolve();
  };
  const { statusCode, body } = await request(origin + cause.path, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: cause.body,
  });
  const answer = await body.text();
  if (statusCode >= 300) throw new Error(`HTTP ${statusCode} ${answer}`);
  await all.promise;
  clearTimeout(late);
  tookMs.sort((a, b) => a - b);
  const at = (share: number) => tookMs[Math.floor(share * tookMs.length)] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), message };
});
endWithParent();
tell({});
