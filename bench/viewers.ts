import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { Agent } from 'undici';
import type { Ground } from './ground.ts';
import { startProduct } from './product.ts';
import type { Row } from './report.ts';
import { addActive, createSeedTable } from './seed/schema.ts';
import { getSoraStatus } from './seed/status-route.ts';
import { startUpstream, type Upstream } from './upstream.ts';

const viewers = 1_000;
/** The seed's client: "Poll every 5 seconds". */
const everyMs = 5_000;
const renderMs = 90_000;

/** Upstream calls while a thousand people watch one video: all ask at once, then every 5 s, for 30 s. */
export async function benchViewers(ground: Ground): Promise<Row[]> {
  const asks = ground.quick ? 2 : 7;
  const upstream = await startUpstream({ latencyMs: 200, renderMs });
  try {
    const ours = await callsOf(upstream, () => watchOurs(ground, upstream, asks));
    const seed = await callsOf(upstream, () => watchSeed(ground, upstream, asks));
    ground.say(`${viewers} viewers, ${asks} requests each: ours ${ours} upstream calls, seed ${seed}`);
    return [
      {
        what: `upstream calls for ${viewers} viewers × ${asks} requests`,
        ours,
        baseline: seed,
        ratio: seed / ours,
        goal: 'at least 500×',
        met: seed / ours >= 500,
        note: 'ours in real time, looks of the running loop included; the seed without waiting between requests.',
      },
    ];
  } finally {
    await upstream.stop();
  }
}

async function callsOf(upstream: Upstream, watch: () => Promise<void>): Promise<number> {
  const before = await upstream.counts();
  await watch();
  return (await upstream.counts()).checks - before.checks;
}

async function watchOurs(ground: Ground, upstream: Upstream, asks: number): Promise<void> {
  const product = await startProduct(ground, 'viewers', upstream.baseUrl);
  const agent = new Agent({ connections: 250 });
  try {
    const [id] = await product.begin(1);
    const url = `${product.origin}/api/videos/${id}/sora-status`;
    const startedAt = performance.now();
    for (let i = 0; i < asks; i++) {
      await sleep(Math.max(0, startedAt + i * everyMs - performance.now()));
      await everybody(async () => {
        const { statusCode, body } = await agent.request({
          origin: product.origin,
          path: new URL(url).pathname,
          method: 'GET',
          headers: product.headers,
        });
        const answer = (await body.json()) as { status?: string };
        if (statusCode !== 200 || answer.status !== 'in_progress') throw new Error(`HTTP ${statusCode}`);
      });
    }
    // What the last requests have woken is theirs.
    await sleep(1_000);
  } finally {
    await agent.close();
    await product.stop();
  }
}

async function watchSeed(ground: Ground, upstream: Upstream, asks: number): Promise<void> {
  const database = await ground.openEmpty('viewers_seed');
  const openai = new OpenAI({ baseURL: upstream.baseUrl, apiKey: 'sk-bench' });
  try {
    await createSeedTable(database);
    const [id = ''] = await addActive(database, 1);
    for (let i = 0; i < asks; i++) {
      await everybody(async () => {
        const answer = await getSoraStatus({ database, openai }, id);
        if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      });
    }
  } finally {
    await database.close();
  }
}

const everybody = (ask: () => Promise<void>) => Promise.all(Array.from({ length: viewers }, ask));
