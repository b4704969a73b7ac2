import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { getRequestListener } from '@hono/node-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import { maxBodyBytes } from './body.ts';
import { createTestApi, type TestApi } from './testing.ts';

let test: TestApi;
let server: ReturnType<typeof createServer>;
beforeEach(async () => {
  test = await createTestApi({ store: openMemoryStore() });
  // As the product serves it: over a socket, beside Next, whose global Request stays Node's own.
  server = createServer(getRequestListener(test.app.fetch, { overrideGlobalObjects: false })).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.close();
  await test.stop();
});

/** Sends the pieces as they are: without a length, and in chunks where there are any. */
async function post(path: string, pieces: string[], headers: Record<string, string> = {}) {
  const { port } = server.address() as AddressInfo;
  const outgoing = request({
    port,
    path,
    method: 'POST',
    agent: false,
    headers: { ...(await test.headersOf('key')), ...headers },
  });
  if (pieces.length === 0) outgoing.removeHeader('transfer-encoding');
  for (const piece of pieces) outgoing.write(piece);
  outgoing.end();
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += chunk;
  return { status: answer.statusCode, body: JSON.parse(text) };
}

const json = { 'content-type': 'application/json' };

/** How much the process grew at most while something was done. */
async function growth(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 5);
  await work();
  clearInterval(watch);
  return Math.max(most, process.memoryUsage().rss) - before;
}

const megabytes = 1_000_000;
const bombs: [what: string, make: () => string, type: string][] = [
  ['arrays in arrays, without end', () => `{"a":${'['.repeat(13 * megabytes)}${']'.repeat(13 * megabytes)}}`, 'json'],
  ['objects in objects', () => `{"a":${'{"a":'.repeat(4 * megabytes)}0${'}'.repeat(4 * megabytes)}}`, 'json'],
  ['a million keys', () => `{${Array.from({ length: megabytes }, (_, i) => `"k${i}":0`).join()}}`, 'json'],
  ['nine million objects', () => `{"a":[${'{},'.repeat(9 * megabytes)}{}]}`, 'json'],
  ['a form of nine million fields', () => 'a=&'.repeat(9 * megabytes), 'x-www-form-urlencoded'],
];

describe('a body that is a bomb', () => {
  it.each(bombs)('%s is refused before it is made into anything', async (_what, make, type) => {
    const raw = make();
    const headers = { 'content-type': `application/${type}` };
    const grown = await growth(async () => {
      const answer = await test.call('key', 'POST', '/v1/videos', { raw, headers });
      expect(answer.status).toBe(400);
      const { error } = (await answer.json()) as { error: { message: string; param: string } };
      expect(error).toMatchObject({
        param: 'body',
        message: expect.stringMatching(/more than (100000 values|200 fields)/),
      });
    });
    // The text itself, as it comes and as it is read: what it says would be a gigabyte.
    expect(grown).toBeLessThan(250 * megabytes);
  });

  it('that is packed is not unpacked', async () => {
    const raw = new Uint8Array(gzipSync(Buffer.alloc(50 * megabytes, ' ')));
    const headers = { ...json, 'content-encoding': 'gzip' };
    const answer = await test.call('key', 'POST', '/api/videos', { raw, headers });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: 'broken_json' } }]);
  });

  it('and a prompt with many quotation marks is none', async () => {
    const prompt = `\\"[{,\\\\`.repeat(2_000);
    const answer = await test.call('key', 'POST', '/api/videos', { body: { prompt: `${prompt}"` } });
    expect(((await answer.json()) as { videos: { prompt: string }[] }).videos[0]?.prompt).toBe(`${prompt}"`);
  });

  it.each(['{', '"', '{"a":"', '{"a":"\\', '[', '{"a":[,,,', '\\"'])('and %j is only broken', async (raw) => {
    const answer = await test.call('key', 'POST', '/api/videos', { raw, headers: json });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: 'broken_json' } }]);
  });
});

describe('over a socket', () => {
  it('a command without a body, and without a length, is taken', async () => {
    const made = await post('/api/videos', ['{"prompt": "a red ', 'fox"}'], json);
    expect(made.status).toBe(202);
    expect(made.body.videos[0].prompt).toBe('a red fox');
    const checked = await post(`/api/videos/${made.body.videos[0].id}/check`, []);
    expect(checked.status).toBe(200);
  });

  it('a body in chunks has the same limit as one that tells its length', async () => {
    const piece = 'x'.repeat(maxBodyBytes / 2);
    const answer = await post('/api/videos/video_1/cancel', ['{"prompt": "', piece, piece, '"}'], json);
    expect(answer).toMatchObject({ status: 413, body: { error: { code: 'body_too_large' } } });
  });

  /** What comes back on a connection that only ever sends; it ends when the other side has had enough. */
  async function pour(head: string, piece: string): Promise<string> {
    const { port } = server.address() as AddressInfo;
    const { authorization } = await test.headersOf('key');
    const socket = connect(port, '127.0.0.1');
    let said = '';
    socket.on('data', (chunk) => {
      said += chunk;
    });
    // It is closed while we still write.
    socket.on('error', () => undefined);
    socket.write(`${head}host: a\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\n\r\n`);
    const more = () => {
      let room = true;
      while (room && !socket.destroyed) room = socket.write(piece);
    };
    socket.on('drain', more);
    more();
    await new Promise((done) => socket.once('close', done));
    return said;
  }

  it.each<[what: string, head: string, piece: string]>([
    ['ten gigabytes that are announced', 'content-length: 10000000000\r\n', 'x'.repeat(65_536)],
    ['chunks without end', 'transfer-encoding: chunked\r\n', `10000\r\n${'x'.repeat(65_536)}\r\n`],
  ])('%s are refused, and hung up on', async (_what, head, piece) => {
    const grown = await growth(async () => {
      const said = await pour(`POST /api/videos/video_1/cancel HTTP/1.1\r\n${head}`, piece);
      expect(said).toMatch(/^HTTP\/1\.1 413 /);
      expect(said).toContain('"code":"body_too_large"');
    });
    expect(grown).toBeLessThan(100 * megabytes);
  });
});
