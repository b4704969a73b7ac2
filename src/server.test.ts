import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Started, start } from './process-testing.ts';

const running: Started[] = [];

function begin(script: 'server' | 'worker', env: Record<string, string>): Started {
  const one = start(script, env);
  running.push(one);
  return one;
}

const newDir = () => mkdtempSync(join(tmpdir(), 'dailies-server-'));

describe('a running server', () => {
  const dir = newDir();
  let server: Started;
  let url: string;
  let key: string;
  beforeAll(async () => {
    server = begin('server', { DAILIES_DATA_DIR: dir, OPENAI_API_KEY: 'sk-nothing' });
    url = await server.ready();
    key = readFileSync(join(dir, 'api-key'), 'utf8').trim();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  const bearer = () => ({ authorization: `Bearer ${key}` });

  it('prints the way in, the provider, the model and the place of the key', () => {
    expect(server.output()).toMatch(/Sign in: {2}http:\/\/127\.0\.0\.1:\d+\/api\/first\?token=\S{32}\n/);
    expect(server.output()).toContain('Provider: simulator, built in');
    expect(server.output()).toContain(
      'OPENAI_API_KEY: api.openai.com serves no videos since 2026-09-24; set OPENAI_BASE_URL',
    );
    expect(server.output()).toContain('Model:    Test pattern (free)');
    expect(server.output()).toContain(`API key:  ${join(dir, 'api-key')}`);
    expect(server.output()).not.toContain(key);
  });

  it('keeps its secrets where only their owner reads them', () => {
    for (const file of ['api-key', 'secret']) expect(statSync(join(dir, file)).mode & 0o777).toBe(0o600);
  });

  it('signs in by the printed link, once', async () => {
    const link = /http\S+token=\S+/.exec(server.output())?.[0] ?? '';
    const first = await fetch(link, { redirect: 'manual' });
    expect([first.status, first.headers.get('location')]).toEqual([302, '/']);
    const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const session = await fetch(`${url}/api/session`, { headers: { cookie } });
    expect(await session.json()).toMatchObject({ user: { id: 'admin', role: 'admin' }, api_key: key });
    expect((await fetch(link, { redirect: 'manual' })).headers.get('location')).toBe('/sign-in?link=used');
  });

  it('serves the API itself, with lengths, beside the pages', async () => {
    const answer = await fetch(`${url}/api/videos`, { headers: bearer() });
    expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(0);
    expect(await answer.json()).toEqual({ videos: [], next: null });
    for (const path of ['/healthz', '/readyz']) expect((await fetch(url + path)).status).toBe(200);
    const page = await fetch(`${url}/sign-in`);
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    await page.body?.cancel();
  });

  it('tells what happens over WebSocket too', async () => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers: bearer() });
    const [text] = await once(socket, 'message');
    expect(JSON.parse(String(text))).toMatchObject({ event: 'snapshot', data: { videos: [] } });
    socket.terminate();
    // Elsewhere the wish for one is overheard.
    const [refused] = await once(new WebSocket(`${url.replace('http', 'ws')}/healthz`), 'error');
    expect(String(refused)).toContain('Unexpected server response: 200');
  });

  it('refuses a second process on the same data directory, in one line', async () => {
    const second = begin('server', { DAILIES_DATA_DIR: dir });
    expect(await second.exit).toBe(1);
    expect(second.output()).toMatch(/^dailies: the data directory \S+ is in use by .+\n$/);
  });

  it('refuses a second process on the same port, in one line', async () => {
    const other = newDir();
    const second = begin('server', { DAILIES_DATA_DIR: other, PORT: new URL(url).port });
    expect(await second.exit).toBe(1);
    expect(second.output()).toMatch(/^dailies: PORT is \d+: it is in use on 127\.0\.0\.1 already; set another one\n$/);
    rmSync(other, { recursive: true, force: true });
  });

  it('stops within five seconds while streams are open, and goes on at the next start', async () => {
    const created = await fetch(`${url}/api/videos`, {
      method: 'POST',
      headers: { ...bearer(), 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'a red fox in snow', size: '320x180' }),
    });
    const { videos } = (await created.json()) as { videos: { id: string }[] };
    const streams = await Promise.all([1, 2, 3].map(() => fetch(`${url}/api/events`, { headers: bearer() })));
    const ended = streams.map((stream) => stream.text());
    const startedMs = performance.now();
    server.child.kill('SIGTERM');
    expect(await server.exit).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    for (const text of ended) expect(await text).toContain('event: snapshot');

    server = begin('server', { DAILIES_DATA_DIR: dir });
    url = await server.ready();
    expect(readFileSync(join(dir, 'api-key'), 'utf8').trim()).toBe(key);
    const deadline = Date.now() + 60_000;
    let status = '';
    while (status !== 'completed' && Date.now() < deadline) {
      const answer = await fetch(`${url}/api/videos/${videos[0]?.id}/status`, { headers: bearer() });
      status = ((await answer.json()) as { status: string }).status;
      await sleep(100);
    }
    expect(status).toBe('completed');
  }, 90_000);
});

describe('a start that cannot be', () => {
  const dirs: string[] = [];
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
    for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
  });

  it.each<[script: 'server' | 'worker', env: Record<string, string>, line: string]>([
    ['server', { PORT: 'eighty' }, 'PORT is "eighty": it must be a whole number from 0 to 65535.'],
    ['server', { HOST: '203.0.113.7' }, 'HOST is "203.0.113.7": this machine has no such address'],
    [
      'server',
      { DAILIES_DEFAULT_MODEL: 'veo' },
      'DAILIES_DEFAULT_MODEL is "veo", and no configured provider offers it',
    ],
    [
      'server',
      { DATABASE_URL: 'mysql://root:hunter2@db/x' },
      'DATABASE_URL has a wrong value: it must begin with postgres://.',
    ],
    ['worker', {}, 'DATABASE_URL is not set: a worker shares a PostgreSQL database with the server'],
  ])('%s with %j says one line and ends with 1', async (script, env, line) => {
    const dir = newDir();
    dirs.push(dir);
    const failed = begin(script, { DAILIES_DATA_DIR: dir, ...env });
    expect(await failed.exit).toBe(1);
    expect(failed.output()).toContain(`dailies: ${line}`);
    expect(failed.output().trimEnd().split('\n')).toHaveLength(1);
    expect(failed.output()).not.toContain('hunter2');
  });

  it('says where PostgreSQL could not be reached, in one line without the password', async () => {
    const dir = newDir();
    dirs.push(dir);
    const unused = createServer().listen(0, '127.0.0.1');
    await once(unused, 'listening');
    const address = unused.address();
    const port = typeof address === 'object' && address ? address.port : 1;
    unused.close();
    const failed = begin('server', {
      DAILIES_DATA_DIR: dir,
      DATABASE_URL: `postgres://root:hunter2@127.0.0.1:${port}/x`,
    });
    expect(await failed.exit).toBe(1);
    expect(failed.output()).toMatch(/^dailies: .*ECONNREFUSED.*\n$/);
    expect(failed.output()).not.toContain('hunter2');
  });
});
