import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type Post, post } from './outcome.ts';

const servers: Server[] = [];
const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

/** A bare TCP server: what it does with a connection is the whole story. Counts the connections it got. */
async function serve(onConnection: (socket: Socket) => void) {
  const seen = { connections: 0, text: '' };
  const server = createServer((socket) => {
    seen.connections++;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      seen.text += chunk;
    });
    onConnection(socket);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/videos`, seen };
}

const send = (url: string, options: Partial<Post> = {}) =>
  post({ url, headers: {}, body: Buffer.from('{}'), signal: AbortSignal.timeout(5_000), ...options });

const answer = (text: string, extra = '') =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n${extra}\r\n${text}`;

test('a blob is sent as the same bytes, with its length', async () => {
  const { url, seen } = await serve((socket) => {
    socket.on('data', () => seen.text.endsWith('the end') && socket.end(answer('{}')));
  });
  const body = new Blob(['x'.repeat(3_000_000), 'the end']);
  expect(await send(url, { body })).toMatchObject({ kind: 'answered', status: 200 });
  expect(seen.text).toContain(`content-length: ${body.size}`);
  expect(seen.text.slice(seen.text.indexOf('\r\n\r\n') + 4)).toBe(await body.text());
});

test('a blob that cannot be read to its end is lost, as is one that nobody reads', async () => {
  const { url } = await serve((socket) => socket.once('data', () => socket.destroy()));
  expect((await send(url, { body: new Blob(['x'.repeat(30_000_000)]) })).kind).toBe('lost');
});

describe('unsent: nothing was written', () => {
  test('nobody listens', async () => {
    const { url } = await serve(() => undefined);
    await new Promise((done) => servers.pop()?.close(done));
    expect((await send(url)).kind).toBe('unsent');
  });

  test('it is too late when the connection stands', async () => {
    const { url, seen } = await serve(() => undefined);
    expect((await send(url, { mayStillSend: () => false })).kind).toBe('unsent');
    await expect.poll(() => [seen.connections, sockets.size, seen.text]).toEqual([1, 0, '']);
  });

  test('the name does not resolve', async () => {
    expect((await send('http://does-not-exist.invalid/v1/videos')).kind).toBe('unsent');
  });

  test('aborted before the start: no connection is made', async () => {
    const { url, seen } = await serve(() => undefined);
    expect((await send(url, { signal: AbortSignal.abort() })).kind).toBe('unsent');
    expect(seen.connections).toBe(0);
  });

  test('the TLS handshake fails', async () => {
    const { url } = await serve((socket) => socket.once('data', () => socket.end('this is no TLS\r\n')));
    expect((await send(url.replace('http:', 'https:'))).kind).toBe('unsent');
  });

  test('the TLS handshake never ends', async () => {
    const { url, seen } = await serve(() => undefined);
    const outcome = await send(url.replace('http:', 'https:'), { signal: AbortSignal.timeout(150) });
    expect(outcome.kind).toBe('unsent');
    expect(seen.text).not.toContain('POST');
  });

  test('a URL that is not http', async () => {
    expect((await send('ftp://127.0.0.1/x')).kind).toBe('unsent');
  });
});

describe('lost: it may have been read', () => {
  test.each<[string, (socket: Socket) => void]>([
    ['reset after the request was read', (socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['closed after the request was read', (socket) => socket.once('data', () => socket.end())],
    ['closed after the status line', (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n'))],
    [
      'closed after the headers, half of the body',
      (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id":')),
    ],
    [
      'reset in the middle of a chunked body',
      (socket) =>
        socket.once('data', () =>
          socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"id"\r\n', () =>
            socket.resetAndDestroy(),
          ),
        ),
    ],
    ['garbage instead of HTTP', (socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))],
  ])('%s', async (_name, onConnection) => {
    const { url, seen } = await serve(onConnection);
    expect((await send(url)).kind).toBe('lost');
    expect(seen.connections).toBe(1);
  });

  test.each<[string, string]>([
    ['no answer before the signal aborts', ''],
    ['headers, and then silence', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n'],
  ])('%s', async (_name, text) => {
    const { url, seen } = await serve((socket) => socket.once('data', () => text && socket.write(text)));
    expect((await send(url, { signal: AbortSignal.timeout(300) })).kind).toBe('lost');
    expect(seen.text).toContain('POST /v1/videos');
  });

  test('a body that is cut off while it is written', async () => {
    const { url } = await serve((socket) => {
      socket.pause();
      setImmediate(() => socket.resetAndDestroy());
    });
    expect((await send(url, { body: Buffer.alloc(8_000_000) })).kind).toBe('lost');
  });
});

describe('answered', () => {
  test('status, headers and body of a whole answer', async () => {
    const { url } = await serve((socket) =>
      socket.once('data', () => socket.write(answer('{"id":"v"}', 'X-A: b\r\n'))),
    );
    const outcome = await send(url);
    expect(outcome).toMatchObject({ kind: 'answered', status: 200, body: '{"id":"v"}' });
    expect(outcome.kind === 'answered' && outcome.headers['x-a']).toBe('b');
  });

  test('a slow answer, byte by byte', async () => {
    const { url } = await serve((socket) =>
      socket.once('data', async () => {
        for (const byte of answer('{}')) {
          socket.write(byte);
          await new Promise(setImmediate);
        }
      }),
    );
    expect(await send(url)).toMatchObject({ kind: 'answered', body: '{}' });
  });

  test('an early refusal while the body is still being written', async () => {
    const { url } = await serve((socket) =>
      socket.once('data', () => socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno')),
    );
    expect(await send(url, { body: Buffer.alloc(4_000_000) })).toMatchObject({ kind: 'answered', status: 413 });
  });

  test('a redirect is an answer, and is not followed', async () => {
    const { url, seen } = await serve((socket) =>
      socket.once('data', () => socket.write('HTTP/1.1 307 X\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n')),
    );
    expect(await send(url)).toMatchObject({ kind: 'answered', status: 307 });
    expect(seen.connections).toBe(1);
  });

  test('an endless answer is cut off', async () => {
    const { url } = await serve((socket) =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n');
        const more = () => socket.writable && socket.write('x'.repeat(65_536), more);
        more();
      }),
    );
    const outcome = await send(url, { maxBytes: 100_000 });
    expect(outcome.kind === 'answered' && outcome.body.length).toBe(100_000);
  });

  test('every request has a connection of its own', async () => {
    const { url, seen } = await serve((socket) => socket.on('data', () => socket.write(answer('{}'))));
    await send(url);
    await send(url);
    expect(seen.connections).toBe(2);
  });
});
