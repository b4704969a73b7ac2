import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createSimulator } from '#simulator/server.ts';
import { newDataDir } from './data-dir.ts';

const kinds = ['fal', 'google', 'replicate', 'xai', 'openai'] as const;
const paths = { fal: '/fal', google: '/google/v1beta', replicate: '/replicate/v1', xai: '/xai/v1', openai: '/v1' };
const keyOf = (kind: string) => `canary-${kind}-5e1f07c2b9d84a63`;
const variable = 'canary-variable-9b02e77d41c6f3aa';
const canaries = [...kinds.map(keyOf), keyOf('replaced'), variable];

let dir: string;
let upstream: Awaited<ReturnType<typeof startUpstream>>;
let product: Awaited<ReturnType<typeof startProduct>>;
beforeAll(async () => {
  dir = await newDataDir('dailies-canary-');
  upstream = await startUpstream();
  product = await startProduct();
});
afterAll(async () => {
  await product.stop();
  await upstream.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('keys and addresses of providers reach no log, event, answer, export or file', { timeout: 120_000 }, async () => {
  const { call, answers } = product;
  for (const kind of kinds) {
    const body = { kind, key: keyOf(kind), base_url: `${upstream.origin}${paths[kind]}` };
    expect(await call('PUT', `/api/settings/providers/${kind}`, body)).toMatchObject({ provider: { state: 'ready' } });
    expect(await call('POST', `/api/settings/providers/${kind}/test`)).toMatchObject({ outcome: 'ok' });
  }
  const replaced = { kind: 'xai', key: keyOf('replaced') };
  await call('PUT', '/api/settings/providers/xai', replaced);
  await call('PUT', '/api/settings/providers/xai', { kind: 'xai', key: `bad${keyOf('xai')}` });
  expect(await call('POST', '/api/settings/providers/xai/test')).toMatchObject({ outcome: 'key_refused' });
  await call('PUT', '/api/settings/providers/xai', { kind: 'xai', key: keyOf('xai') });

  const { models } = (await call('GET', '/api/models')) as { models: { id: string; provider: string }[] };
  const ids: string[] = [];
  for (const kind of kinds) {
    const model = models.find(({ provider }) => provider === kind);
    await call('PUT', '/api/settings/default-model', { model: model?.id });
    const asked = { prompt: 'a red fox in snow', model: model?.id, max_cost_usd: 100 };
    const sized = (await tryCreate(asked)) as { videos: { id: string }[] };
    ids.push(...sized.videos.map(({ id }) => id));
  }
  await vi.waitFor(
    async () => {
      for (const id of ids) expect(await call('GET', `/api/videos/${id}`)).toMatchObject({ state: 'completed' });
    },
    { timeout: 90_000, interval: 250 },
  );
  for (const id of ids) {
    for (const path of ['', '/events', '/sora-status', '/status']) await call('GET', `/api/videos/${id}${path}`);
  }
  for (const path of [
    '/api/videos',
    '/api/admin/overview',
    '/api/admin/attention',
    '/api/admin/audit',
    '/api/admin/audit?format=csv',
    '/api/usage',
    '/api/usage?format=csv',
    '/api/session',
    '/openapi.json',
    '/readyz',
  ]) {
    await call('GET', path);
  }
  // What a settings page shows of an address is its host alone.
  const settings = JSON.stringify(await call('GET', '/api/settings/providers'));
  expect(settings).toContain(new URL(upstream.origin).host);
  expect(settings).toContain(keyOf('fal').slice(-4));

  const said = [...answers, product.output()];
  expect(said.length).toBeGreaterThan(40);
  expect(product.output()).toContain('"event":"stored"');
  for (const text of said) for (const canary of canaries) expect(text).not.toContain(canary);
  for (const text of said) expect(text).not.toContain(upstream.origin);
  const files = globSync('**/*', { cwd: dir, exclude: (name) => name === 'node_modules' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile());
  expect(files.length).toBeGreaterThan(20);
  // What opens something for a while, and what people write, stand in no line of the log.
  const links = said.join('\n').match(/token=[\w.-]{40,}/g) ?? [];
  expect(links.length).toBeGreaterThan(0);
  for (const secret of [product.cookie(), 'long enough', ...links, 'a red fox in snow']) {
    expect(product.output()).not.toContain(secret);
  }
  for (const path of files) {
    const bytes = readFileSync(path);
    for (const canary of canaries) expect(bytes.includes(canary), path).toBe(false);
  }
});

/** Of each model the first size and length that it offers. */
async function tryCreate(asked: { prompt: string; model: string | undefined; max_cost_usd: number }): Promise<unknown> {
  const { models } = (await product.call('GET', '/api/models')) as {
    models: { id: string; sizes: string[] | null; seconds: number[] | null }[];
  };
  const model = models.find(({ id }) => id === asked.model);
  const shape = { size: model?.sizes?.[0] ?? '320x180', seconds: model?.seconds?.[0] ?? 1 };
  return product.call('POST', '/api/videos', { ...asked, ...shape });
}

async function startUpstream() {
  const simulator = createSimulator({ speed: 0, fps: 1, oneClip: true });
  return { origin: await simulator.listen(), stop: () => simulator.close() };
}

async function startProduct() {
  const env = {
    NODE_ENV: 'production' as const,
    DAILIES_DATA_DIR: dir,
    DAILIES_SIMULATOR_URL: upstream.origin,
    DAILIES_ADMIN_EMAIL: 'admin@example.com',
    DAILIES_ADMIN_PASSWORD: 'long enough',
    DAILIES_DAILY_CAP_USD: 'none',
    DAILIES_SCHEDULE: 'fixed:500ms',
    LOG_LEVEL: 'trace',
    REPLICATE_API_TOKEN: variable,
  };
  const child = spawn(process.execPath, [join(import.meta.dirname, '../bench/children/product.ts')], {
    cwd: dir,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  }
  const origin = await new Promise<string>((resolve, reject) => {
    child.once('message', (said) => resolve((said as { origin: string }).origin));
    child.once('exit', () => reject(new Error(output)));
  });
  const answers: string[] = [];
  let cookie = '';
  async function call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(origin + path, {
      method,
      headers: {
        cookie,
        'sec-fetch-site': 'same-origin',
        ...(method !== 'GET' && { 'content-type': 'application/json' }),
      },
      ...(method !== 'GET' && { body: JSON.stringify(body ?? {}) }),
    });
    const text = await response.text();
    answers.push(`${[...response.headers].join('\n')}\n${text}`);
    cookie ||= response.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    expect(response.status, `${method} ${path}: ${text}`).toBeLessThan(300);
    return text.startsWith('{') ? JSON.parse(text) : text;
  }
  await call('POST', '/api/sign-in', { email: env.DAILIES_ADMIN_EMAIL, password: env.DAILIES_ADMIN_PASSWORD });
  return {
    call,
    answers,
    /** The value of the session. */
    cookie: () => cookie.split('=')[1] ?? 'none',
    output: () => output,
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
