import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createSafeFetch } from '#net/safe-fetch.ts';
import { createRedact } from '#providers/answers/redact.ts';
import { openFile } from './file.ts';

let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const content = 'the whole clip';
type Version = { etag?: string; ranges?: boolean };

/** A storage whose file may change between two requests. */
async function storage(versions: Version[]) {
  const asked: IncomingMessage['headers'][] = [];
  const origin = await serve(({ headers }, response) => {
    const { etag, ranges = true } = versions[Math.min(asked.length, versions.length - 1)] ?? {};
    asked.push(headers);
    if (etag) response.setHeader('etag', etag);
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? Number.NaN);
    const same = headers['if-range'] === etag;
    if (Number.isNaN(from) || !ranges || !same)
      return response.setHeader('content-length', content.length).end(content);
    const rest = content.slice(from);
    const range = `bytes ${from}-${content.length - 1}/${content.length}`;
    response.writeHead(206, { 'content-range': range, 'content-length': rest.length }).end(rest);
  });
  return { origin, asked };
}

const open = (url: string) =>
  openFile(
    { fetch: createSafeFetch({ allowHosts: ['127.0.0.1'] }), redact: createRedact([]) },
    url,
    { authorization: 'Key canary' },
    AbortSignal.timeout(5_000),
  );

async function textOf(stream: AsyncIterable<Uint8Array> | null | undefined): Promise<string | null> {
  if (!stream) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('the rest of a file is asked for by its version', async () => {
  const { origin, asked } = await storage([{ etag: '"1"' }]);
  const file = await open(`${origin}/clip`);
  expect([file.bytes, file.etag, await textOf(file.stream)]).toEqual([content.length, '"1"', content]);
  expect(await textOf(await file.rest?.(4))).toBe('whole clip');
  expect(asked[1]).toMatchObject({ range: 'bytes=4-', 'if-range': '"1"', authorization: 'Key canary' });
});

test.each<[string, Version[]]>([
  ['that has changed', [{ etag: '"1"' }, { etag: '"2"' }]],
  ['of a storage that gives no parts', [{ etag: '"1"', ranges: false }]],
])('there is no rest of a file %s', async (_what, versions) => {
  const { origin } = await storage(versions);
  const file = await open(`${origin}/clip`);
  await textOf(file.stream);
  expect(await file.rest?.(4)).toBeNull();
});

test.each<[string, string | undefined]>([
  ['no version', undefined],
  ['a weak one', 'W/"1"'],
])('a file with %s is not continued', async (_what, etag) => {
  const { origin } = await storage([{ ...(etag && { etag }) }]);
  const file = await open(`${origin}/clip`);
  expect([file.etag, file.rest]).toEqual([undefined, undefined]);
});

test('the condition survives a redirect to another origin, and the key does not', async () => {
  const { origin, asked } = await storage([{ etag: '"1"' }]);
  const front = await serve((_request, response) => response.writeHead(302, { location: `${origin}/clip` }).end());
  const file = await open(`${front}/clip`);
  expect(await textOf(await file.rest?.(10))).toBe('clip');
  expect(asked[1]).toMatchObject({ 'if-range': '"1"' });
  expect(asked[1]).not.toHaveProperty('authorization');
  await textOf(file.stream);
});
