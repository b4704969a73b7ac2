import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
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
    const answer = await post('/api/videos', ['{"prompt": "', piece, piece, '"}'], json);
    expect(answer).toMatchObject({ status: 413, body: { error: { code: 'body_too_large' } } });
  });
});
