import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSafeFetch } from '#net/safe-fetch.ts';
import { createRedact } from '#providers/answers/redact.ts';
import type { Connection } from './client.ts';

export type FakeAnswer = { status?: number; headers?: Record<string, string>; body?: string | Uint8Array | object };

/** A server whose every answer the test writes; `asked` = the requests so far, as `METHOD /path`. */
export async function startFakeServer(
  answer: (request: IncomingMessage, origin: string) => FakeAnswer | Promise<FakeAnswer>,
) {
  const asked: string[] = [];
  const requests: IncomingMessage[] = [];
  let origin = '';
  const server = createServer(async (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    requests.push(request);
    const { status = 200, headers = {}, body = '' } = await answer(request, origin);
    const plain = typeof body === 'string' || body instanceof Uint8Array;
    response.writeHead(status, { ...(!plain && { 'content-type': 'application/json' }), ...headers });
    response.end(plain ? body : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection: Connection = {
    baseUrl: `${origin}/v1`,
    apiKey: 'canary',
    fetch: createSafeFetch({ allowHosts: ['127.0.0.1'] }),
    redact: createRedact(['canary']),
    timeoutMs: 5_000,
  };
  const close = async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return { origin, asked, requests, connection, close };
}
