import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FaultProxy, openProxy, type Weather } from './proxy.ts';

let server: Server;
let proxy: FaultProxy;
let asked = 0;

beforeAll(async () => {
  server = createServer((_request, response) => {
    asked++;
    response.end('x'.repeat(100_000));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await openProxy({ port: (server.address() as AddressInfo).port });
});
afterAll(async () => {
  await proxy.close();
  server.close();
});

/** How many bytes came, or how it ended. */
async function ask(weather: Weather, withinMs = 2_000): Promise<number | string> {
  proxy.set(weather);
  try {
    const answer = await fetch(`http://127.0.0.1:${proxy.port}`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(withinMs),
    });
    return (await answer.text()).length;
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'silence' : 'broken';
  }
}

test('a clear line carries all of it', async () => {
  expect(await ask({ kind: 'clear' })).toBe(100_000);
});

test('a slow line carries all of it, later', async () => {
  const startedMs = performance.now();
  expect(await ask({ kind: 'slow', latencyMs: 60 })).toBe(100_000);
  expect(performance.now() - startedMs).toBeGreaterThan(110);
});

test('a line that is down carries nothing', async () => {
  const before = asked;
  expect(await ask({ kind: 'down' })).toBe('broken');
  expect(asked).toBe(before);
});

test('a cut line ends in the middle of the answer', async () => {
  expect(await ask({ kind: 'cut', afterBytes: 20_000 })).toBe('broken');
});

test('a deaf line passes the request and loses the answer', async () => {
  const before = asked;
  expect(await ask({ kind: 'deaf' })).toBe('broken');
  expect(asked).toBe(before + 1);
});

test('a line that is deaf to some requests answers the others', async () => {
  expect(await ask({ kind: 'deaf', to: 'POST' })).toBe(100_000);
  expect(await ask({ kind: 'deaf', to: 'GET' })).toBe('broken');
});

test('a half-open line is silent', async () => {
  expect(await ask({ kind: 'hole' }, 200)).toBe('silence');
});
