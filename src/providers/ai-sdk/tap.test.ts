import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createSafeFetch } from '#net/safe-fetch.ts';
import { createRedact } from '#providers/answers/redact.ts';
import { percentIn } from './progress-lines.ts';
import { aspectRatioOf } from './shape.ts';
import { createTap } from './tap.ts';

let close: (() => void) | null = null;
afterEach(() => close?.());

async function start(listener: RequestListener) {
  let asked = 0;
  const server = createServer((request, response) => {
    asked++;
    listener(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tap = createTap({
    fetch: createSafeFetch({ allowHosts: [origin] }),
    route: (url) => url.replace('https://api.example', origin),
    redact: createRedact(['canary']),
    timeoutMs: 5_000,
  });
  return { tap, asked: () => asked };
}

const soon = () => AbortSignal.timeout(5_000);
const create = { method: 'POST', body: '{}' };

describe('a tapped create', () => {
  test('whose answer is cut off is lost, and the SDK is told no more than that', async () => {
    const { tap, asked } = await start((request) => request.socket.destroy());
    const { outcome, error } = await tap.call(() => tap.fetch('https://api.example/x', create), soon());
    expect(outcome?.kind).toBe('lost');
    expect(error).toMatchObject({ name: 'NoVerdict' });
    expect(error).not.toHaveProperty('cause');
    expect(asked()).toBe(1);
  });

  test('is never sent twice, however often the SDK would try', async () => {
    const { tap, asked } = await start((_request, response) => response.writeHead(503).end());
    const { outcome, error } = await tap.call(async () => {
      await tap.fetch('https://api.example/x', create);
      return tap.fetch('https://api.example/x', create);
    }, soon());
    expect(outcome).toMatchObject({ kind: 'answered', status: 503 });
    expect(error).toMatchObject({ message: 'a create is never sent twice' });
    expect(asked()).toBe(1);
  });

  test('goes where it is told to, whatever the SDK thinks', async () => {
    const paths: (string | undefined)[] = [];
    const { tap } = await start((request, response) => {
      paths.push(request.url);
      response.end('{}');
    });
    await tap.call(() => tap.fetch('https://api.example/theirs', create), soon(), {
      url: 'http://127.0.0.1:1/ours',
    });
    await tap.call(() => tap.fetch('https://api.example/theirs', create), soon());
    expect(paths).toEqual(['/theirs']);
  });
});

describe('a tapped look', () => {
  test('keeps what the SDK drops, also of two calls at once', async () => {
    const { tap } = await start((request, response) => response.end(JSON.stringify({ path: request.url })));
    const look = (path: string) => tap.call(() => tap.fetch(`https://api.example${path}`), soon());
    const [one, two] = await Promise.all([look('/1'), look('/2')]);
    expect([one.reply?.json, two.reply?.json]).toEqual([{ path: '/1' }, { path: '/2' }]);
  });

  test.each([408, 425, 429, 500, 502, 503])(
    'answered %i ends as no verdict, with the whole Retry-After',
    async (status) => {
      const { tap } = await start((_request, response) =>
        response.writeHead(status, { 'retry-after': '120' }).end('canary'),
      );
      const { trouble, reply, error } = await tap.call(() => tap.fetch('https://api.example/x'), soon());
      expect(trouble).toMatchObject({ kind: 'no_answer', retryAfterMs: 120_000 });
      expect(reply).toBeNull();
      expect(error).toMatchObject({ name: 'NoVerdict' });
      expect(JSON.stringify(trouble)).not.toContain('canary');
    },
  );
});

test('a request outside of a call is a defect of ours', async () => {
  const { tap, asked } = await start((_request, response) => response.end());
  await expect(tap.fetch('https://api.example/x')).rejects.toThrow('outside of a call');
  expect(asked()).toBe(0);
});

test.each([
  ['1280x720', '16:9'],
  ['720x1280', '9:16'],
  ['1792x1024', '16:9'],
  ['854x480', '16:9'],
  ['1024x1024', '1:1'],
  ['640x480', '4:3'],
  ['1000x370', '100:37'],
])('%s is %s', (size, ratio) => {
  expect(aspectRatioOf(size)).toBe(ratio);
});

test.each<[string, number | null]>([
  ['', null],
  ['loading 3 of 4', null],
  ['100% of what was asked', null],
  ['  0%|          | 0/50 [00:00<?, ?it/s]\r 40%|████      | 20/50', 40],
  ['step: 62.5%|██████▎   | 25/40', 62],
  ['999%|x', null],
])('in %j the progress is %j', (lines, percent) => {
  expect(percentIn(lines)).toBe(percent);
});
