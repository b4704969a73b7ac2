import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { get } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { newDataDir } from '../test/data-dir.ts';
import { type Started, start } from './process-testing.ts';

/** A start takes many seconds where the machine does much else. */
const patience = { timeout: 120_000 };
const running: Started[] = [];

function begin(script: 'server' | 'worker', env: Record<string, string>): Started {
  const one = start(script, env);
  running.push(one);
  return one;
}

const newDir = () => mkdtempSync(join(tmpdir(), 'dailies-server-'));

/** A request whose head never ends. Answers what the server said before it closed. */
function beginSlowly(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /api/videos HTTP/1.1\r\nhost: a\r\nx-slow: ');
  const drip = setInterval(() => socket.write('x'), 500);
  // It goes on talking to who has hung up.
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    let said = '';
    socket.on('data', (chunk) => {
      said += chunk;
    });
    socket.on('close', () => {
      clearInterval(drip);
      resolve(said);
    });
  });
}

/** A GET whose path nobody tidies up on the way: status, and what was said. */
function askRaw(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, async (answer) => {
      resolve(`${answer.statusCode} ${await text(answer)}`);
    }).on('error', reject);
  });
}

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('a running server', patience, () => {
  const dir = newDir();
  let server: Started;
  let url: string;
  let key: string;
  const slow: Promise<string>[] = [];
  beforeAll(async () => {
    server = begin('server', { DAILIES_DATA_DIR: dir, OPENAI_API_KEY: 'sk-nothing' });
    url = await server.ready();
    key = readFileSync(join(dir, 'api-key'), 'utf8').trim();
    slow.push(...Array.from({ length: 20 }, () => beginSlowly(Number(new URL(url).port))));
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
  });

  it('lets only the scripts of each very answer run, by a nonce that nobody outside can name', async () => {
    const asked = await fetch(`${url}/sign-in`, { headers: { 'content-security-policy': "script-src 'nonce-mine'" } });
    const policy = asked.headers.get('content-security-policy') ?? '';
    const nonce = /'nonce-([^']+)' 'strict-dynamic'/.exec(policy)?.[1];
    const scripts = (await asked.text()).match(/<script\b[^>]*>/g) ?? [];
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter((tag) => !tag.includes(`nonce="${nonce}"`))).toEqual([]);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src[^;]*(unsafe|mine)/);
    const again = await fetch(`${url}/sign-in`, { method: 'HEAD' });
    expect(again.headers.get('content-security-policy')).not.toBe(policy);
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

  it('puts nothing of anybody into its pages, whoever asks', async () => {
    const pages = globSync('**/page.tsx', { cwd: join(import.meta.dirname, 'app') })
      .map((file) => dirname(file).split('/'))
      .filter((steps) => !steps.some((step) => step.startsWith('@')))
      .map((steps) => steps.filter((step) => step !== '.' && !step.startsWith('(')).join('/'));
    expect(pages.length).toBeGreaterThan(10);
    for (const page of pages) {
      const path = `/${page.replace('[id]', `video_${'0'.repeat(32)}`).replace(/\[\w+\]/, 'timeout')}`;
      for (const headers of [{}, bearer()]) {
        const answer = await fetch(url + path, { headers });
        expect(answer.status, path).toBe(200);
        expect(answer.headers.getSetCookie()).toEqual([]);
        const named = [
          'content-security-policy',
          'referrer-policy',
          'permissions-policy',
          'cross-origin-opener-policy',
        ];
        for (const name of named) expect(answer.headers.has(name), `${name} of ${path}`).toBe(true);
        expect(await answer.text()).not.toMatch(/dk_[\w-]{20}|token=|@localhost/);
      }
    }
  });

  it.each([
    ['/no-such-page', 404],
    ['/help/%E0%A4%A', 400],
  ])('says by the status that %s is no page', async (path, status) => {
    expect((await fetch(url + path)).status).toBe(status);
  });

  it.each([
    '/_next/static/../../../../../../../../etc/passwd',
    '/_next/static/..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd',
    '/_next/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
    '/_next/image?url=%2F..%2F..%2Fetc%2Fpasswd&w=64&q=75',
    '/_next/image?url=http%3A%2F%2F127.0.0.1%3A1%2F&w=64&q=75',
    '/../../../../../../etc/passwd',
    '/%00',
    '//etc/passwd',
    '/..\\..\\..\\etc\\passwd',
    '/api/videos/..%2f..%2f..%2fetc%2fpasswd/content',
    '/api/videos/../../../../etc/passwd',
    '/src/config.ts',
    '/.env',
    '/.dailies/secret',
    '/package.json',
  ])('gives away no file by %s', async (path) => {
    const said = await askRaw(Number(new URL(url).port), path);
    expect(said).toMatch(/^(30[1278]|40[0134]) /);
    expect(said).not.toMatch(/root:|DAILIES_|"private"/);
  });

  it('hangs up on who never says what he wants, and answers the others meanwhile', { timeout: 40_000 }, async () => {
    for (const path of ['/healthz', '/api/videos']) {
      expect((await fetch(url + path, { headers: bearer() })).status).toBe(200);
    }
    for (const said of await Promise.all(slow)) expect(said).toMatch(/^HTTP\/1\.1 408 /);
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

  it('stops by itself while streams are open, and goes on at the next start', async () => {
    const created = await fetch(`${url}/api/videos`, {
      method: 'POST',
      headers: { ...bearer(), 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'a red fox in snow [render:1]', size: '320x180' }),
    });
    const { videos } = (await created.json()) as { videos: { id: string }[] };
    const streams = await Promise.all([1, 2, 3].map(() => fetch(`${url}/api/events`, { headers: bearer() })));
    const ended = streams.map((stream) => stream.text());
    server.child.kill('SIGTERM');
    expect(await server.exit).toBe(0);
    // It cuts itself off, and says so, after less than the five seconds that we promise.
    expect(server.output()).not.toContain('did not stop in time');
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
  });
});

describe('a server behind https, whose clips lie in a bucket', () => {
  let dir: string;
  const admin = { email: 'admin@example.com', password: 'long enough' };
  let server: Started;
  let url: string;
  beforeAll(async () => {
    const port = await unusedPort();
    dir = await newDataDir('dailies-server-');
    server = start('server', {
      PORT: String(port),
      DAILIES_DATA_DIR: dir,
      APP_URL: 'https://dailies.example',
      DAILIES_ADMIN_EMAIL: admin.email,
      DAILIES_ADMIN_PASSWORD: admin.password,
      S3_BUCKET: 'clips',
      S3_ENDPOINT: 'http://127.0.0.1:1',
      S3_PUBLIC_ENDPOINT: 'https://files.example:8443/base',
      S3_ACCESS_KEY_ID: 'id',
      S3_SECRET_ACCESS_KEY: 'secret',
    });
    await server.ready();
    // What is printed is how others reach it.
    url = `http://127.0.0.1:${port}`;
  });
  afterAll(async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('is asked by https alone from then on, and its pages play from the bucket', async () => {
    const { headers } = await fetch(`${url}/sign-in`, { method: 'HEAD' });
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    const policy = headers.get('content-security-policy') ?? '';
    for (const directive of ['img-src', 'media-src']) {
      expect(policy).toMatch(new RegExp(`${directive} 'self' blob: https://files\\.example:8443[; ]`));
    }
  });

  it('sets cookies that only https carries, and that no script and no other site can use', async () => {
    const answer = await fetch(`${url}/api/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(admin),
    });
    const cookies = answer.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^__Secure-/);
      for (const flag of ['Secure', 'HttpOnly', 'SameSite=Lax', 'Path=/']) expect(cookie.split('; ')).toContain(flag);
      expect(cookie).not.toMatch(/domain=/i);
    }
  });

  it('believes no Host and no X-Forwarded-Host where its address is set', async () => {
    const signedIn = await fetch(`${url}/api/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(admin),
    });
    const cookie = signedIn.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const headers = { cookie, host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };
      get(`${url}/api/session`, { headers }, (answer) => {
        let said = '';
        answer.on('data', (chunk) => {
          said += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: said }));
      }).on('error', reject);
    });
    expect(status).toBe(200);
    expect(text).toContain('"url":"https://dailies.example"');
    expect(text).not.toContain('evil.example');
  });
});

describe('a start that cannot be', patience, () => {
  let dir: string;
  beforeAll(async () => {
    dir = await newDataDir('dailies-server-');
  });
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

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
    const failed = begin(script, { DAILIES_DATA_DIR: dir, ...env });
    expect(await failed.exit).toBe(1);
    expect(failed.output()).toContain(`dailies: ${line}`);
    expect(failed.output().trimEnd().split('\n')).toHaveLength(1);
    expect(failed.output()).not.toContain('hunter2');
  });

  it('says where PostgreSQL could not be reached, in one line without the password', async () => {
    const port = await unusedPort();
    const failed = begin('server', {
      DAILIES_DATA_DIR: dir,
      DATABASE_URL: `postgres://root:hunter2@127.0.0.1:${port}/x`,
    });
    expect(await failed.exit).toBe(1);
    expect(failed.output()).toMatch(/^dailies: .*ECONNREFUSED.*\n$/);
    expect(failed.output()).not.toContain('hunter2');
  });
});
