import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { VideoView } from '../src/api/wire.ts';
import type { Ledger } from '../src/simulator/ledger.ts';
import { clientOf } from './client.ts';
import { newDataDir } from './data-dir.ts';
import { freePort, type Product, startProduct } from './e2e/product.ts';

export type Unplugged = {
  asked: number;
  /** Completed, and the file that we serve has the checksum of its receipt. */
  stored: number;
  /** Jobs that the simulator accepted: what a provider would have billed. */
  paid: number;
  /** Clips that our own ledger has paid for, at a cent each. */
  booked: number;
  lost: number;
  kills: number;
  videos: VideoView[];
  seconds: number;
};

type Options = {
  prompts: number;
  kills: number;
  /** Where the product keeps its rows; its data directory when left out. */
  databaseUrl?: string;
  /** An empty schema for this run alone, where a database is given. */
  schema?: string;
  /** At the simulator; as long as its clips take when left out. */
  renderSeconds?: number;
  say?: (line: string) => void;
};

const finishWithinMs = 300_000;

/** A test pattern that costs something, so that there is money to count. */
const pricedPattern = {
  id: 'simulator/test-pattern',
  price: { per_clip_usd: 0.01, source: 'this demonstration', as_of: '2026-11-21' },
};

/**
 * Asks for clips while the product and its simulator are killed (SIGKILL) at random moments, then counts what became
 * of each: asked, stored, paid, lost.
 */
export async function unplug(options: Options): Promise<Unplugged> {
  const { prompts, kills, databaseUrl, schema, renderSeconds, say = () => {} } = options;
  const pace = renderSeconds === undefined ? '' : ` [render:${renderSeconds}]`;
  const dataDir = await newDataDir('dailies-unplug-');
  writeFileSync(join(dataDir, 'models.json'), JSON.stringify({ models: [pricedPattern] }));
  const port = await freePort();
  const env: Record<string, string> = { LOG_LEVEL: 'warn' };
  if (databaseUrl) Object.assign(env, { DATABASE_URL: databaseUrl, DAILIES_DB_SCHEMA: schema ?? 'unplug' });
  const begin = () => startProduct({ dataDir, port, env });
  const startedMs = Date.now();
  let product = await begin();
  try {
    const key = readFileSync(join(dataDir, 'api-key'), 'utf8').trim();
    const api = clientOf(product.url, key);
    const ids: string[] = [];
    for (let round = 0; round < kills; round++) {
      const due = Math.ceil(((round + 1) * prompts) / kills);
      while (ids.length < due) ids.push(await api.ask(`take ${ids.length + 1}: a red fox in snow${pace}`));
      await sleep(100 + Math.random() * 2_400);
      killSimulator(product);
      await product.kill();
      say(`${ids.length} asked, power cut ${round + 1} of ${kills}`);
      product = await begin();
    }
    const videos = await api.over(ids, finishWithinMs, (done) => say(`${done} of ${ids.length} finished`));
    const intact = await Promise.all(videos.map((video) => api.isIntact(video)));
    const stored = intact.filter(Boolean).length;
    const booked = Math.round((await api.bookedUsd()) / pricedPattern.price.per_clip_usd);
    await product.stop();
    const { creates } = await ledgerOf(join(dataDir, 'simulator'));
    return {
      asked: ids.length,
      stored,
      paid: creates.accepted,
      booked,
      lost: ids.length - stored,
      kills,
      videos: videos.filter((video) => video !== null),
      seconds: Math.round((Date.now() - startedMs) / 1_000),
    };
  } finally {
    await product.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The built-in simulator is the product's child that runs `src/simulator/main.ts`. */
function killSimulator(product: Product): void {
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  for (const line of processes.split('\n')) {
    const [, pid, ppid, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    if (Number(ppid) === product.pid && args.includes('src/simulator/main.ts')) process.kill(Number(pid), 'SIGKILL');
  }
}

/** What the simulator has written down, read by a simulator of our own on the same directory. */
async function ledgerOf(dataDir: string): Promise<Ledger> {
  const args = ['src/simulator/main.ts', '--data-dir', dataDir, '--exit-with-parent'];
  const child = spawn(process.execPath, args, {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const answer = await fetch(`${JSON.parse(line).listening}/simulator/ledger`);
    return (await answer.json()) as Ledger;
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
