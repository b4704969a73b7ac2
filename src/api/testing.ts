import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { adminId } from '#api/auth/accounts.ts';
import { createFirstRun } from '#api/auth/first-run.ts';
import { createSignedLinks } from '#api/auth/signed-links.ts';
import { peopleIn, peopleInMemory } from '#api/people/testing.ts';
import { createViews } from '#api/videos/view.ts';
import { createHooks } from '#engine/hooks.ts';
import { createSweeper } from '#engine/sweep.ts';
import type { Catalogue, Clock, EngineSettings, Media, Model, Store, System } from '#engine/system.ts';
import { createFakeProvider, createMemoryMedia, testSettings } from '#engine/testing.ts';
import { startWorker } from '#engine/worker.ts';
import { createSafeFetch, refusalOf } from '#net/safe-fetch.ts';
import { createLive } from '#notify/live.ts';
import type { Found } from '#providers/instance.ts';
import { createRegistry } from '#providers/registry.ts';
import type { Database } from '#store/database/database.ts';
import { openMemorySettings } from '#store/memory/settings.ts';
import { openMemoryWebhooks } from '#store/memory/webhooks.ts';
import { unknownOffer } from '#video/choice.ts';
import type { State } from '#video/video.ts';
import { createApp } from './app.ts';
import type { Api, ApiSettings, Env, Role } from './context.ts';
import type { VideoView } from './wire.ts';

/** Who asks in a test; `link` = the signed link of the video that the path names. */
export type As =
  | 'anonymous'
  | 'admin'
  | 'owner'
  | 'other'
  | 'viewer'
  | 'disabled'
  /** By a token of Supabase, which `fakeSupabase` knows. */
  | 'supabase'
  | KeyName;

/** The first two are known without a database too. */
type KeyName = 'key' | 'revoked key' | 'read key' | 'admin key' | 'expired key' | 'viewer key';
export const keys: Record<KeyName, string> = {
  key: `dk_${'a'.repeat(32)}`,
  'revoked key': `dk_${'b'.repeat(32)}`,
  'read key': `dk_${'c'.repeat(32)}`,
  'admin key': `dk_${'d'.repeat(32)}`,
  'expired key': `dk_${'e'.repeat(32)}`,
  'viewer key': `dk_${'f'.repeat(32)}`,
};
const isKey = (as: As): as is KeyName => as in keys;

const supabaseToken = 'a.token.of-supabase';
/** Knows one token, whose person becomes a member. */
export const fakeSupabase = (people: Api['people']): Api['supabase'] => ({
  async personOf(token) {
    const about = { id: 'from-supabase', name: 'Sam', email: 'sam@example.com' };
    const found = token === supabaseToken ? await people.ofToken(about, true) : null;
    return found && { ...about, ...found };
  },
});

const model: Model = {
  id: 'fake/model',
  provider: 'fake',
  upstreamModel: 'model',
  label: 'Fake',
  free: true,
  ...unknownOffer,
  sizes: ['1280x720', '320x180'],
  seconds: [4, 8],
  typical: { p5: 20, p50: 60_000, p90: 120_000 },
};
const catalogue: Catalogue = {
  models: () => [model],
  aliases: () => ({ 'sora-2': model.id }),
  defaultModel: () => model.id,
  get: (id) => (id === model.id ? model : undefined),
  fallbacksOf: () => ({ to: [], dearer: false }),
};

/** One for each test, whose time it may change. */
const realClock = (): Clock => ({
  now: () => new Date(),
  elapsedMs: () => performance.now(),
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
  /** Providers that variables name: settings know them, the engine does not. */
  found?: Found[];
  /** For tests about people and keys: rows of its own, where the store may be another one. */
  database?: Database;
  supabase?: (people: Api['people']) => Api['supabase'];
  /** Instead of files in memory, which are not looked into. */
  files?: Media;
}) {
  const clock = realClock();
  const errors: unknown[] = [];
  const log = { debug() {}, info() {}, warn() {}, error: (fields: object) => void errors.push(fields) };
  const provider = createFakeProvider(clock, { renderMs: 0, latencyMs: 0, ...options.script });
  const media = createMemoryMedia(clock);
  const system: System = {
    store: options.store,
    providers: {
      ids: () => [provider.id],
      get: (id) => (id === provider.id ? provider : undefined),
      name: (id) => id,
    },
    catalogue,
    media: options.files ?? media,
    clock,
    hooks: createHooks('a secret of this installation', null),
    random: randomBytes,
    log,
    settings: { ...testSettings, schedule: 20, ...options.engineSettings },
  };
  const known: [string, Role][] = [
    ['owner', 'member'],
    ['other', 'member'],
    ['viewer', 'viewer'],
    ['disabled', 'member'],
  ];
  const persons = options.database
    ? await peopleIn(options.database, { people: known, log })
    : peopleInMemory(keys.key, { people: known, log });
  const { accounts } = persons;
  if (options.database) {
    await accounts.makeAdmin(null);
    await makeKeys(persons.keys);
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
    ...persons,
    supabase: options.supabase?.(persons.people) ?? null,
    firstRun,
    live,
    links,
    backup: {
      opens: (token) => token === 'house',
      take: () => Promise.reject(new Error('no rows in memory')),
    },
    views,
    installation: await testInstallation(options.found),
    webhooks: {
      endpoints: openMemoryWebhooks(),
      send: async () => ({ status: 200, error: null, answer: 'thanks' }),
      drain: async () => {},
      mayBeTold: (url) => refusalOf(url, ['127.0.0.1']),
    },
    fetchUntrusted: createSafeFetch({ allowHosts: ['127.0.0.1'], httpsOnly: true }),
    wake: options.role === 'web' ? null : () => worker?.wake(),
    lookAt: (id) => sweeper.one(id),
    sweeper: () => sweeper,
    settings: {
      appUrl: null,
      trustedProxies: 0,
      allowedOrigins: [],
      firstKey: 'dk_first',
      createsPerMinute: null,
      cronSecret: null,
      retentionMs: null,
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
    // Signed in first, disabled then.
    if (as === 'disabled') await persons.people.change(as, { disabled: true }, { type: 'system' });
    const cookie = opened.cookies.map((one) => one.split(';')[0]).join('; ');
    cookies.set(as, cookie);
    return cookie;
  }

  async function headersOf(as: As): Promise<Record<string, string>> {
    if (as === 'anonymous') return {};
    if (isKey(as)) return { authorization: `Bearer ${keys[as]}` };
    if (as === 'supabase') return { authorization: `Bearer ${supabaseToken}` };
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
    if (method === 'POST' && path === '/api/sign-out') cookies.delete(as);
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

/** Settings beside the engine's fake provider. */
async function testInstallation(found: Found[] = []): Promise<Api['installation']> {
  const stored = openMemorySettings();
  const registry = createRegistry({
    found,
    simulator: { url: () => 'http://127.0.0.1:1/v1' },
    defaultModel: null,
    allowHosts: ['127.0.0.1'],
    log: { warn() {} },
  });
  return {
    registry,
    stored,
    reload: async () => registry.apply(await stored.load()),
    modelsFile: () => ({ name: 'models.json', models: 0, error: null }),
  };
}

async function makeKeys(store: Api['keys']): Promise<void> {
  const by = { type: 'system' } as const;
  const make = (name: KeyName, ownerId: string, more: object = {}) =>
    store.create({ ownerId, name, secret: keys[name], ...more }, by);
  await make('key', 'owner');
  await make('read key', 'owner', { scopes: ['read'] });
  await make('admin key', adminId, { scopes: ['read', 'create', 'admin'] });
  await make('expired key', 'owner', { expiresAt: new Date(Date.now() - 1_000) });
  await make('viewer key', 'viewer');
  const { key } = await make('revoked key', 'owner');
  await store.revoke(key.id, null, by);
}
