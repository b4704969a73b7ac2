import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelView, VideoView } from '../src/api/wire.ts';
import { createSimulator } from '../src/simulator/server.ts';
import { clientOf, ends } from './client.ts';
import { newDataDir } from './data-dir.ts';
import { freePort, startProduct } from './e2e/product.ts';

/** A provider, and where the simulator speaks its wire. */
export const stops = {
  simulator: null,
  openai: '/v1',
  fal: '/fal',
  google: '/google/v1beta',
  replicate: '/replicate/v1',
  xai: '/xai/v1',
} as const;
export type Stop = keyof typeof stops;

/** What became of the one video of a provider. */
export type Stage = {
  provider: Stop;
  model: string;
  state: string;
  /** Jobs that its server made: what would have been billed. */
  jobs: number;
  /** POSTs by our own receipt. */
  submitted: number;
  checks: number;
  /** Power cuts while its provider was rendering. */
  cuts: number;
  /** How often the provider called; null = it was asked for no call. */
  webhookCalls: number | null;
  /** What was written down of the take, oldest first. */
  events: string[];
  /** Percentages that came from the provider, in the order in which they were seen. */
  progress: number[];
  paidUsd: number | null;
  paidSource: 'provider' | 'estimate' | null;
  bytes: number | null;
  sha256: string | null;
  /** The file that we serve has that checksum. */
  intact: boolean;
};

type Options = {
  providers?: readonly Stop[];
  /** Power cuts while every video is at its provider. */
  kills?: number;
  renderSeconds?: number;
  /** Of the clips. */
  fps?: number;
  say?: (line: string) => void;
};

const account = { email: 'admin@example.com', password: 'a long password' };
const finishWithinMs = 240_000;

/**
 * Sends one video through each provider, in front of the simulator's fakes, and kills the product (SIGKILL) while all of
 * them are being rendered.
 */
export async function tour({
  providers = Object.keys(stops) as Stop[],
  kills = 2,
  renderSeconds = 30,
  fps,
  say = () => {},
}: Options = {}): Promise<Stage[]> {
  const dataDir = await newDataDir('dailies-tour-');
  const port = await freePort();
  // Providers are given a public address to call; the tunnel ends here.
  const tunnel = `http://127.0.0.1:${port}`;
  const simulator = createSimulator({ tunnel, fps });
  const origin = await simulator.listen();
  const env = {
    LOG_LEVEL: 'warn',
    APP_URL: 'https://dailies.example',
    DAILIES_SIMULATOR_URL: origin,
    DAILIES_ADMIN_EMAIL: account.email,
    DAILIES_ADMIN_PASSWORD: account.password,
  };
  const begin = () => startProduct({ dataDir, port, env });
  let product = await begin();
  try {
    await setUp(tunnel, origin, providers);
    const api = clientOf(tunnel, readFileSync(join(dataDir, 'api-key'), 'utf8').trim());
    const { models } = (await (await api.get('/api/models')).json()) as { models: ModelView[] };
    const asked: { provider: Stop; model: ModelView; id: string; prompt: string; seen: number[]; cuts: number }[] = [];
    for (const provider of providers) {
      const model = models.find((one) => one.provider === provider);
      if (!model) throw new Error(`${provider} offers no model`);
      const prompt = `${provider}: a red fox in snow [queue:1] [render:${renderSeconds}]`;
      asked.push({ provider, model, prompt, id: await api.ask(prompt, smallest(model)), seen: [], cuts: 0 });
    }
    const look = async (): Promise<VideoView[]> => {
      const views = (await Promise.all(asked.map(({ id }) => api.see(id)))).filter((view) => view !== null);
      if (views.length < asked.length) throw new Error('a video is not there any more');
      views.forEach(({ progress, progress_source }, i) => {
        const seen = asked[i]?.seen ?? [];
        if (progress_source === 'provider' && progress > 0 && progress < 99 && seen.at(-1) !== progress)
          seen.push(progress);
      });
      return views;
    };
    const askedMs = Date.now();
    for (let kill = 1; kill <= kills; kill++) {
      await until(look, (views) => views.every(({ state }) => state === 'running' || ends.includes(state)));
      // Spread over the rendering, however long a start takes.
      await watchUntil(askedMs + (1_000 * renderSeconds * kill) / (kills + 1), look);
      const views = await look();
      views.forEach(({ state }, i) => {
        const one = asked[i];
        if (one && state === 'running') one.cuts++;
      });
      await product.kill();
      const cut = views.filter(({ state }) => state === 'running').length;
      say(`${cut} videos are being rendered, power cut ${kill} of ${kills}`);
      product = await begin();
    }
    const videos = await until(look, (views) => views.every(({ state }) => ends.includes(state)));
    const { jobs } = simulator.ledger();
    return await Promise.all(
      asked.map(async ({ provider, model, prompt, seen, cuts }, i): Promise<Stage> => {
        const video = videos[i] as VideoView;
        const { receipt } = video;
        const own = jobs.filter((job) => job.prompt === prompt);
        return {
          provider,
          model: model.id,
          state: video.state,
          jobs: own.length,
          submitted: receipt.submissions,
          checks: receipt.checks,
          cuts,
          webhookCalls: own[0]?.webhook_calls ?? null,
          events: await api.events(video.id),
          progress: seen,
          paidUsd: receipt.paid_usd,
          paidSource: receipt.paid_source,
          bytes: receipt.bytes,
          sha256: receipt.sha256,
          intact: await api.isIntact(video),
        };
      }),
    );
  } finally {
    await product.stop();
    await simulator.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Tells the product of its providers, as an admin does in the settings. */
async function setUp(url: string, fakes: string, providers: readonly Stop[]): Promise<void> {
  const send = async (method: string, path: string, body: object, cookie = '') => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', cookie },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const signedIn = await send('POST', '/api/sign-in', account);
  const cookie = signedIn.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  for (const provider of providers) {
    const path = stops[provider];
    if (path === null) continue;
    const body = { kind: provider, key: `demo-key-of-${provider}`, base_url: `${fakes}${path}` };
    await send('PUT', `/api/settings/providers/${provider}`, body, cookie);
  }
}

/** The smallest that the model offers, of the usual size where it has that one. */
function smallest({ id, sizes, seconds }: ModelView) {
  const size = sizes?.includes('1280x720') ? '1280x720' : (sizes?.[0] ?? '320x180');
  return { model: id, size, seconds: seconds?.[0] ?? 4, max_cost_usd: 20 };
}

const lookEveryMs = 200;

async function until(look: () => Promise<VideoView[]>, done: (views: VideoView[]) => boolean): Promise<VideoView[]> {
  const deadline = Date.now() + finishWithinMs;
  for (;;) {
    const views = await look();
    if (done(views)) return views;
    if (Date.now() > deadline) throw new Error(`not there yet: ${views.map(({ id, state }) => `${id} ${state}`)}`);
    await sleep(lookEveryMs);
  }
}

async function watchUntil(endMs: number, look: () => Promise<VideoView[]>): Promise<void> {
  while (Date.now() < endMs) {
    await look();
    await sleep(lookEveryMs);
  }
}
