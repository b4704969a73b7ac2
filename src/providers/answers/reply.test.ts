import { createGzip } from 'node:zlib';
import { expect, test } from 'vitest';
import { check } from '#providers/openai/check.ts';
import { ask } from '#providers/openai/client.ts';
import { startFakeServer } from '#providers/openai/fake-server.ts';
import { isReply } from './reply.ts';

const soon = () => AbortSignal.timeout(20_000);

/** A few hundred kilobytes that become 120 megabytes. */
async function bomb(): Promise<Buffer> {
  const gzip = createGzip();
  const packed: Buffer[] = [];
  gzip.on('data', (chunk) => packed.push(chunk));
  for (let i = 0; i < 120; i++) {
    if (!gzip.write(Buffer.alloc(1_000_000, ' '))) await new Promise((done) => gzip.once('drain', done));
  }
  await new Promise<void>((done) => gzip.end(done));
  return Buffer.concat(packed);
}

test('a reply that unpacks without end is read to its limit', async () => {
  const body = await bomb();
  const headers = { 'content-encoding': 'gzip', 'content-type': 'application/json' };
  const server = await startFakeServer(() => ({ headers, body }));
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 5);
  const reply = await ask(server.connection, '/videos', soon());
  clearInterval(watch);
  await server.close();
  if (!isReply(reply)) throw new Error(JSON.stringify(reply));
  expect(reply.text.length).toBeLessThan(2_000_000);
  expect(reply.json).toBeUndefined();
  expect(most - before).toBeLessThan(80_000_000);
});

test.each([
  ['arrays in arrays', `${'['.repeat(450_000)}${']'.repeat(450_000)}`],
  [
    'objects in a video',
    `{"id":"video_1","object":"video","status":"failed","error":${'{"message":'.repeat(60_000)}1${'}'.repeat(60_000)}}`,
  ],
  [
    'a hundred thousand keys',
    `{"id":"video_1","object":"video","status":"queued",${Array.from({ length: 60_000 }, (_, i) => `"k${i}":0`).join()}}`,
  ],
])('%s are an answer like any other', async (_what, body) => {
  const server = await startFakeServer(() => ({ headers: { 'content-type': 'application/json' }, body }));
  const startedMs = performance.now();
  const answer = await check(server.connection, 'video_1', soon());
  await server.close();
  expect(['no_answer', 'failed', 'running']).toContain(answer.kind);
  expect(JSON.stringify(answer).length).toBeLessThan(10_000);
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});
