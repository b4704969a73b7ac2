import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createRegistry } from '#providers/registry.ts';
import { acme } from '../docs/examples/acme.ts';

const request = {
  model: 'moving-pictures',
  prompt: 'a red fox',
  seconds: 5,
  size: '1280x720',
  seed: null,
  settings: {},
  inputs: [],
};
const soon = () => AbortSignal.timeout(5_000);

let server: Server | null = null;
afterEach(() => server?.close());

/** A service of three routes: two looks until the clip is done. */
async function startAcme(): Promise<string> {
  let looks = 0;
  server = createServer((asked, answer) => {
    const origin = `http://${asked.headers.host}`;
    if (asked.url === '/clip.mp4') return answer.end('a clip');
    if (asked.headers.authorization !== 'Bearer canary') return answer.writeHead(401).end('{"error":"who are you?"}');
    const state = asked.method === 'POST' ? 'waiting' : ++looks < 2 ? 'rendering' : 'done';
    answer.end(
      JSON.stringify({
        id: 'job1',
        state,
        percent: Math.min(100, looks * 50),
        file: state === 'done' ? `${origin}/clip.mp4` : null,
      }),
    );
  });
  await new Promise<void>((listening) => server?.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function providerAt(baseUrl: string) {
  return acme.create({
    id: 'acme',
    credentialId: null,
    apiKey: 'canary',
    baseUrl,
    personality: null,
    limits: null,
    allowHosts: [],
    readInput: async () => null,
    timeoutMs: 5_000,
  });
}

test('the example renders a clip', async () => {
  const provider = providerAt(await startAcme());
  const submission = await provider.start(request, { key: 'attempt_1', signal: soon(), webhookUrl: null });
  expect(submission).toMatchObject({ kind: 'accepted', operation: { id: 'job1' } });
  expect(await provider.check({ id: 'job1' }, soon())).toMatchObject({ kind: 'running', progress: 50 });
  expect(await provider.check({ id: 'job1' }, soon())).toMatchObject({ kind: 'completed' });
  const { stream } = await provider.open({ id: 'job1' }, 'clip', soon());
  expect(Buffer.concat(await Array.fromAsync(stream)).toString()).toBe('a clip');
});

test('the example tells what surely was not sent, and takes no silence for a verdict', async () => {
  const down = providerAt('http://127.0.0.1:1');
  expect((await down.start(request, { key: 'attempt_1', signal: soon(), webhookUrl: null })).kind).toBe('unsent');
  expect(await down.check({ id: 'job1' }, soon())).toMatchObject({ kind: 'no_answer', why: 'transient' });
});

test('one line in the list of kinds puts its models into the catalogue', () => {
  const { catalogue, providers } = createRegistry({
    found: [{ kind: 'acme', variable: 'ACME_API_KEY', key: 'canary', baseUrl: null }],
    kinds: [acme],
    simulator: { url: () => 'http://127.0.0.1:1/v1' },
    defaultModel: null,
    allowHosts: [],
    log: { warn: () => undefined },
  });
  expect(catalogue.get('acme/moving-pictures')).toMatchObject({ label: 'Moving Pictures', seconds: [5, 10] });
  expect(providers.get('acme')?.id).toBe('acme');
});

test('the page shows the example as it is', () => {
  const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
  expect(read('docs/providers.md')).toContain(`\`\`\`ts\n${read('docs/examples/acme.ts')}\`\`\``);
});
