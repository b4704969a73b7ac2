import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { compileCacheDir } from '../bin/setup/house.mjs';
import type { VideoView } from '../src/api/wire.ts';
import type { Ledger } from '../src/simulator/ledger.ts';
import { type Product, startProduct } from './e2e/product.ts';

const postgresUrl = inject('postgresUrl');
const houseDir = join(import.meta.dirname, '..');
const children: ChildProcess[] = [];
let product: Product | undefined;

afterEach(async () => {
  await product?.stop();
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});

function run(args: string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, args, {
    cwd: houseDir,
    env: { NODE_ENV: 'production', NODE_COMPILE_CACHE: compileCacheDir, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

async function simulator(dataDir: string): Promise<string> {
  const child = run(['src/simulator/main.ts', '--data-dir', dataDir, '--one-clip', '--speed', '20']);
  if (!child.stdout) throw new Error('no output to read');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return JSON.parse(line).listening;
}

describe('two worker processes on PostgreSQL', () => {
  if (!postgresUrl) return it('are left out where no PostgreSQL is reachable', () => expect(postgresUrl).toBeNull());

  it('share 80 videos: each is submitted exactly once, and none is stuck', { timeout: 400_000 }, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'dailies-workers-'));
    const schema = `workers_${randomBytes(4).toString('hex')}`;
    const upstream = await simulator(join(dataDir, 'simulator'));
    const env = {
      DATABASE_URL: postgresUrl,
      DAILIES_DB_SCHEMA: schema,
      DAILIES_DATA_DIR: dataDir,
      DAILIES_SIMULATOR_URL: upstream,
      LOG_LEVEL: 'error',
    };
    try {
      product = await startProduct({ dataDir, env: { ...env, DAILIES_ROLE: 'web' } });
      const headers = { authorization: `Bearer ${readFileSync(join(dataDir, 'api-key'), 'utf8').trim()}` };
      const { url } = product;
      for (let i = 0; i < 10; i++) {
        const answer = await fetch(`${url}/api/videos`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify({ prompt: `shot ${i}`, size: '320x180', seconds: 4, count: 8 }),
        });
        expect(answer.status).toBe(202);
      }
      run(['src/worker.ts'], env);
      run(['src/worker.ts'], env);
      const videos = await allOver(url, headers);
      expect(videos.map((video) => video.state).filter((state) => state !== 'completed')).toEqual([]);
      expect(videos.filter((video) => video.receipt.submissions !== 1)).toEqual([]);
      const ledger = (await (await fetch(`${upstream}/simulator/ledger`)).json()) as Ledger;
      expect(ledger.creates).toEqual({ accepted: 80, replayed: 0, refused: 0 });
    } finally {
      await product?.stop();
      const client = new Client({ connectionString: postgresUrl });
      await client.connect();
      await client.query(`drop schema if exists "${schema}" cascade`);
      await client.end();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

async function allOver(url: string, headers: Record<string, string>): Promise<VideoView[]> {
  const deadline = Date.now() + 240_000;
  for (;;) {
    const videos: VideoView[] = [];
    let after = '';
    do {
      const page = await (await fetch(`${url}/api/videos?limit=100${after}`, { headers })).json();
      videos.push(...page.videos);
      after = page.next ? `&after=${page.next}` : '';
    } while (after);
    const over = videos.filter((video) => ['completed', 'failed', 'canceled'].includes(video.state)).length;
    if (over === 80 || Date.now() > deadline) return videos;
    await sleep(500);
  }
}
