import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkedLookup, createSafeFetch, UnsafeUrl } from './safe-fetch.ts';
import { waysInside } from './testing.ts';

const servers: Server[] = [];

async function serve(listener: RequestListener) {
  const hits: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    hits.push(request);
    listener(request, response);
  });
  servers.push(server);
  server.listen(0);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, hits };
}

let internal: Awaited<ReturnType<typeof serve>>;
beforeEach(async () => {
  internal = await serve((_request, response) => response.end('secret'));
});
afterEach(async () => {
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

const resolveToLoopback = async () => [{ address: '127.0.0.1', family: 4 }];
const elsewhere = [
  '10.0.0.1',
  '192.168.1.1',
  '172.16.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '[fd00::1]',
  '[fe80::1]',
  '[64:ff9b::7f00:1]',
  '224.0.0.1',
  '255.255.255.255',
];

describe('an address inside is not reached', () => {
  const safeFetch = createSafeFetch({ allowHosts: [], resolve: resolveToLoopback });

  test.each([...waysInside, ...elsewhere])('directly: %s', async (host) => {
    await expect(safeFetch(`http://${host}:${internal.port}/`)).rejects.toBeInstanceOf(UnsafeUrl);
    expect(internal.hits).toHaveLength(0);
  });

  test.each([...waysInside, ...elsewhere])('by a redirect to %s', async (host) => {
    const outside = await serve((_request, response) =>
      response.writeHead(302, { location: `http://${host}:${internal.port}/` }).end(),
    );
    const own = createSafeFetch({ allowHosts: [`127.0.0.1:${outside.port}`], resolve: resolveToLoopback });
    await expect(own(`http://127.0.0.1:${outside.port}/`)).rejects.toBeInstanceOf(UnsafeUrl);
    expect(outside.hits).toHaveLength(1);
    expect(internal.hits).toHaveLength(0);
  });

  test('by one private address among public ones', async () => {
    const mixed = createSafeFetch({
      allowHosts: [],
      resolve: async () => [
        { address: '93.184.215.14', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
    });
    await expect(mixed(`http://mixed.example:${internal.port}/`)).rejects.toBeInstanceOf(UnsafeUrl);
  });

  test('by a name that changes its address: it is resolved once, and the checked address is the one connected to', async () => {
    const answers = ['93.184.215.14', '127.0.0.1'];
    let asked = 0;
    const lookup = checkedLookup(async () => [{ address: answers[asked++] ?? '', family: 4 }]);
    const got = await new Promise((done) => lookup('rebinding.example', { all: true }, (_error, found) => done(found)));
    expect(got).toEqual([{ address: '93.184.215.14', family: 4 }]);
    expect(asked).toBe(1);
    const second = await new Promise((done) => lookup('rebinding.example', { all: true }, (error) => done(error)));
    expect(second).toBeInstanceOf(UnsafeUrl);
  });

  test.each(['file:///etc/passwd', 'ftp://example.com/', 'data:text/plain,x', 'http://user:pass@example.com/'])(
    'by %s',
    async (url) => {
      await expect(safeFetch(url)).rejects.toBeInstanceOf(UnsafeUrl);
    },
  );
});

describe('an admitted host', () => {
  test.each<[string, (port: number) => string]>([
    ['host', () => '127.0.0.1'],
    ['host:port', (port) => `127.0.0.1:${port}`],
    ['origin', (port) => `http://127.0.0.1:${port}`],
  ])('is reached when named by %s', async (_form, entry) => {
    const safeFetch = createSafeFetch({ allowHosts: () => [entry(internal.port)] });
    const response = await safeFetch(`http://127.0.0.1:${internal.port}/`);
    expect(await response.text()).toBe('secret');
  });

  test('admits no other port when named with one', async () => {
    const safeFetch = createSafeFetch({ allowHosts: ['127.0.0.1:1'] });
    await expect(safeFetch(`http://127.0.0.1:${internal.port}/`)).rejects.toBeInstanceOf(UnsafeUrl);
  });
});

describe('redirects', () => {
  test('carry a key within the origin, and to no other', async () => {
    const other = await serve((_request, response) => response.end('ok'));
    const own = await serve((request, response) => {
      const location = request.url === '/first' ? '/second' : `http://127.0.0.1:${other.port}/third`;
      response.writeHead(302, { location }).end();
    });
    const safeFetch = createSafeFetch({ allowHosts: ['127.0.0.1'] });
    const headers = { Authorization: 'Bearer canary', 'X-Goog-Api-Key': 'canary', Range: 'bytes=0-' };
    await safeFetch(`http://127.0.0.1:${own.port}/first`, { headers });
    expect(own.hits.map((hit) => hit.headers.authorization)).toEqual(['Bearer canary', 'Bearer canary']);
    expect(JSON.stringify(other.hits[0]?.headers)).not.toContain('canary');
    expect(other.hits[0]?.headers.range).toBe('bytes=0-');
  });

  test('end after five', async () => {
    const loop = await serve((_request, response) => response.writeHead(302, { location: '/again' }).end());
    const safeFetch = createSafeFetch({ allowHosts: ['127.0.0.1'] });
    await expect(safeFetch(`http://127.0.0.1:${loop.port}/`)).rejects.toThrow('more than 5 redirects');
    expect(loop.hits).toHaveLength(6);
  });

  test('are not followed for a DELETE', async () => {
    const own = await serve((_request, response) => response.writeHead(307, { location: '/x' }).end());
    const safeFetch = createSafeFetch({ allowHosts: ['127.0.0.1'] });
    const response = await safeFetch(`http://127.0.0.1:${own.port}/`, { method: 'DELETE' });
    expect(response.status).toBe(307);
    expect(own.hits).toHaveLength(1);
  });
});

describe('silence', () => {
  test('before the headers ends in an error', async () => {
    const silent = await serve(() => undefined);
    const safeFetch = createSafeFetch({ allowHosts: ['127.0.0.1'], headersTimeoutMs: 200 });
    await expect(safeFetch(`http://127.0.0.1:${silent.port}/`)).rejects.toThrow();
  });

  test('in the middle of a body ends in an error', async () => {
    const half = await serve((_request, response) => response.write('half'));
    const safeFetch = createSafeFetch({ allowHosts: ['127.0.0.1'], bodyTimeoutMs: 200 });
    const response = await safeFetch(`http://127.0.0.1:${half.port}/`);
    await expect(response.text()).rejects.toThrow();
  });
});
