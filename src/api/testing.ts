import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { adminId, createAccounts } from '#api/auth/accounts.ts';
import { createFirstRun } from '#api/auth/first-run.ts';
import { createSignedLinks } from '#api/auth/signed-links.ts';
import { createViews } from '#api/videos/view.ts';
import { createSweeper } from '#engine/sweep.ts';
import type { Catalogue, Clock, EngineSettings, Model, Store, System } from '#engine/system.ts';
import { createFakeProvider, createMemoryMedia, testSettings } from '#engine/testing.ts';
import { startWorker } from '#engine/worker.ts';
import { createLive } from '#notify/live.ts';
import type { State } from '#video/video.ts';
import { createApp } from './app.ts';
import type { Api, ApiSettings, Env } from './context.ts';
import type { VideoView } from './wire.ts';

/** Who asks in a test; `link` = the signed link of the video that the path names. */
export type As = 'anonymous' | 'admin' | 'owner' | 'other' | 'viewer' | 'key' | 'revoked key';

export const keys = { key: `dk_${'a'.repeat(32)}`, 'revoked key': `dk_${'b'.repeat(32)}` };

const model: Model = {
  id: 'fake/model',
  provider: 'fake',
  upstreamModel: 'model',
  label: 'Fake',
  free: true,
  sizes: ['1280x720', '320x180'],
  seconds: [4, 8],
  typical: { p5: 20, p50: 60_000, p90: 120_000 },
  deadlineMs: null,
};
const catalogue: Catalogue = {
  models: () => [model],
  aliases: () => ({ 'sora-2': model.id }),
  defaultModel: () => model.id,
  get: (id) => (id === model.id ? model : undefined),
};

/** One for each test, whose time it may change. */
const realClock = (): Clock => ({
  now: () => new Date(),
  sleep: (ms, signal) => sleep(ms, undefined, signal && { signal }).catch(() => undefined),
});

export type TestApi = Awaited<ReturnType<typeof createTestApi>>;

/** The whole API over a store, with an engine whose provider renders at once. */
export async function createTestApi(options: {
  store: Store;
  settings?: Partial<ApiSettings>;
  withoutPassword?: boolean;
  engine?: boolean;
  /** `web`: no loop, requests look for themselves. */
  role?: 'all' | 'web';
  script?: Parameters<typeof createFakeProvider>[1];
  engineSettings?: Partial<EngineSettings>;
}) {
  const clock = realClock();
  const errors: unknown[] = [];
  const log = { debug() {}, info() {}, warn() {}, error: (fields: object) => void errors.push(fields) };
  const provider = createFakeProvider(clock, { renderMs: 0, latencyMs: 0, ...options.script });
  const media = createMemoryMedia(clock);
  const system: System = {
    store: options.store,
    providers: { ids: () => [provider.id], get: (id) => (id === provider.id ? provider : undefined) },
    catalogue,
    media,
    clock,
    random: randomBytes,
    log,
    settings: { ...testSettings, schedule: 20, ...options.engineSettings },
  };
  const people = { user: [] as object[], session: [], account: [], verification: [] };
  const accounts = createAccounts({ database: memoryAdapter(people), secret: 'x'.repeat(32), appUrl: null, log });
  for (const [id, role] of [
    ['owner', 'member'],
    ['other', 'member'],
    ['viewer', 'viewer'],
  ]) {
    const at = new Date();
    people.user.push({
      id,
      name: id,
      email: `${id}@example.com`,
      emailVerified: true,
      role,
      createdAt: at,
      updatedAt: at,
    });
  }
  const links = createSignedLinks('y'.repeat(32));
  const views = createViews(system, links);
  const live = createLive<VideoView>({
    store: system.store,
    clock,
    log,
    async view(id) {
      const details = await system.store.get(id, null);
      return details && !details.video.hiddenAt ? views.of(details) : null;
    },
  });
  const firstRun = createFirstRun(accounts, options.withoutPassword ?? true, randomBytes);
  const worker = options.engine === false || options.role === 'web' ? null : startWorker(system);
  const sweeper = worker?.sweeper ?? createSweeper(system);
  const api: Api = {
    system,
    accounts,
    keys: {
      verify: async (secret) => (secret === keys.key ? { id: 'key_1', ownerId: 'owner', role: 'member' } : null),
    },
    firstRun,
    live,
    links,
    views,
    wake: options.role === 'web' ? null : () => worker?.wake(),
    lookAt: (id) => sweeper.one(id),
    sweeper: () => sweeper,
    settings: {
      appUrl: null,
      trustedProxies: 0,
      allowedOrigins: [],
      firstKey: 'dk_first',
      cronSecret: null,
      version: '1.2.3',
      ...options.settings,
    },
  };
  const app = createApp(api);

  const cookies = new Map<string, string>();
  async function cookieOf(as: string): Promise<string> {
    const known = cookies.get(as);
    if (known) return known;
    if (as === 'admin') await accounts.makeAdmin(null);
    const opened = await accounts.openSession(as === 'admin' ? adminId : as);
    const cookie = opened.cookies.map((one) => one.split(';')[0]).join('; ');
    cookies.set(as, cookie);
    return cookie;
  }

  async function headersOf(as: As): Promise<Record<string, string>> {
    if (as === 'anonymous') return {};
    if (as === 'key' || as === 'revoked key') return { authorization: `Bearer ${keys[as]}` };
    return { cookie: await cookieOf(as), 'sec-fetch-site': 'same-origin' };
  }

  /** One request; `body` is sent as JSON. */
  async function call(
    as: As,
    method: string,
    path: string,
    more: { body?: unknown; headers?: Record<string, string>; from?: string; raw?: BodyInit } = {},
  ): Promise<Response> {
    const headers: Record<string, string> = { host: 'dailies.test', ...(await headersOf(as)) };
    if (more.body !== undefined) headers['content-type'] = 'application/json';
    if (path === '/api/sign-out') cookies.delete(as);
    const env: Env['Bindings'] = { incoming: { socket: { remoteAddress: more.from ?? '127.0.0.1' } } };
    return app.request(
      `http://dailies.test${path}`,
      {
        method,
        headers: { ...headers, ...more.headers },
        ...(more.body !== undefined && { body: JSON.stringify(more.body) }),
        ...(more.raw !== undefined && { body: more.raw }),
      },
      env,
    );
  }

  async function ask(as: As = 'owner', body: object = {}): Promise<VideoView> {
    const answer = await call(as, 'POST', '/api/videos', { body: { prompt: 'a red fox in snow', ...body } });
    const { videos } = (await answer.json()) as { videos: VideoView[] };
    if (!videos?.[0]) throw new Error(`not created: ${answer.status}`);
    return videos[0];
  }

  async function until(id: string, state: State): Promise<void> {
    for (let i = 0; i < 500; i++) {
      const details = await system.store.get(id, null);
      if (details?.video.state === state) return;
      await sleep(10);
    }
    throw new Error(`${id} did not become ${state}: ${JSON.stringify(errors)}`);
  }

  return {
    api,
    app,
    system,
    provider,
    media,
    errors,
    cookie: cookieOf,
    headersOf,
    call,
    ask,
    until,
    async done(as: As = 'owner'): Promise<VideoView> {
      const { id } = await ask(as);
      await until(id, 'completed');
      return (await (await call('admin', 'GET', `/api/videos/${id}`)).json()) as VideoView;
    },
    async stop() {
      await live.stop();
      await (worker ?? sweeper).stop();
    },
  };
}
