import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { drain } from '#engine/drain.ts';
import { submit } from '#engine/submit.ts';
import { createSweeper, type Sweeper } from '#engine/sweep.ts';
import type { System } from '#engine/system.ts';
import { createSystem, model } from './engine.ts';
import type { Ground } from './ground.ts';
import type { Row } from './report.ts';
import { interleaved, median, timed } from './rounds.ts';
import { pollSoraStatus } from './seed/handler.ts';
import { addActive, createSeedTable } from './seed/schema.ts';
import { startUpstream, type Upstream } from './upstream.ts';

const latencyMs = 200;
/** Of a thousand, the seed looks at so many, and the rest is extrapolated: its time is linear, one after the other. */
const sample = 60;
const restMs = 5_100;
const budgetMs = 60_000;

/** The time for one look at each active video. */
export async function benchSweep(ground: Ground): Promise<Row[]> {
  const upstream = await startUpstream({ latencyMs, renderMs: null });
  try {
    const rows: Row[] = [];
    for (const n of [10, 100, 1_000]) rows.push(...(await sweepOf(ground, upstream, n)));
    return rows;
  } finally {
    await upstream.stop();
  }
}

async function sweepOf(ground: Ground, upstream: Upstream, n: number): Promise<Row[]> {
  const name = `sweep_${n}`;
  const [database, seedDatabase] = [await ground.open(name), await ground.openEmpty(`${name}_seed`)];
  try {
    const system = createSystem({ database, dir: ground.dir, baseUrl: upstream.baseUrl });
    const sweeper = createSweeper(system);
    await begin(system, sweeper, n);
    await createSeedTable(seedDatabase);
    await addActive(seedDatabase, n);
    const seedLooks = n > 100 ? sample : ground.quick ? Math.min(n, 20) : n;
    const { ours, seed } = await interleaved(ground.quick ? 1 : 3, {
      ours: () => ourPass(system, sweeper, n),
      seed: async () => (await seedCycle(seedDatabase, upstream, seedLooks)) * (n / seedLooks),
    });
    const [oursMs, seedMs] = [median(ours), median(seed)];
    const limitMs = Math.ceil(n / system.settings.watchWidth) * latencyMs;
    ground.say(`${n} active: ours ${Math.round(oursMs)} ms, seed ${Math.round(seedMs)} ms, limit ${limitMs} ms`);
    const big = n === 1_000;
    return [
      {
        what: `${n} active, ms`,
        ours: oursMs,
        baseline: seedMs,
        ratio: seedMs / oursMs,
        goal: big ? 'at least 40×' : null,
        met: big ? seedMs / oursMs >= 40 : null,
        ...(seedLooks < n && { note: `the seed looked at ${seedLooks}; its time is extrapolated linearly to ${n}.` }),
      },
      {
        what: `${n} active, ms beside ⌈n/${system.settings.watchWidth}⌉ × ${latencyMs} ms`,
        ours: oursMs,
        baseline: limitMs,
        ratio: oursMs / limitMs,
        goal: big ? 'at most 1.3×' : null,
        met: big ? oursMs / limitMs <= 1.3 : null,
        ...(big && { note: 'the baseline here is the limit that latency and concurrency set, not the seed.' }),
      },
    ];
  } finally {
    await Promise.all([database.close(), seedDatabase.close()]);
  }
}

/** Submits through the front door, and lets the upstream take them all. */
async function begin(system: System, sweeper: Sweeper, n: number): Promise<void> {
  const actor = { type: 'user' as const, id: 'bench' };
  await submit(system, { ownerId: 'bench', actor, prompt: 'a fox', model, seconds: 4, size: '320x180', count: n });
  await drain(system, sweeper, budgetMs);
  const { running } = await system.store.count(null);
  if (running !== n) throw new Error(`${running} of ${n} are running`);
}

/** One pass of the real sweeper, as the cron endpoint asks for it. */
async function ourPass(system: System, sweeper: Sweeper, n: number): Promise<number> {
  // A pass leaves alone what was looked at within five seconds.
  await sleep(restMs);
  let processed = 0;
  const ms = await timed(async () => {
    ({ processed } = await drain(system, sweeper, budgetMs));
  });
  if (processed !== n) throw new Error(`we looked at ${processed} of ${n}`);
  return ms;
}

async function seedCycle(database: Parameters<typeof createSeedTable>[0], upstream: Upstream, most: number) {
  const openai = new OpenAI({ baseURL: upstream.baseUrl, apiKey: 'sk-bench' });
  const headers = { authorization: 'Bearer bench' };
  const request = new Request('http://127.0.0.1/api/cron/poll-sora-status', { headers });
  let processed = 0;
  const ms = await timed(async () => {
    const answer = await pollSoraStatus(request, { database, openai, cronSecret: 'bench', most });
    ({ processed } = (await answer.json()) as { processed: number });
  });
  if (processed !== most) throw new Error(`the seed looked at ${processed} of ${most}`);
  return ms;
}
