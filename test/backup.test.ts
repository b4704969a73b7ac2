import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import type { VideoView } from '../src/api/wire.ts';
import type { Ledger } from '../src/simulator/ledger.ts';
import { newDataDir } from './data-dir.ts';
import { freePort, type Product, startProduct } from './e2e/product.ts';
import { type Simulator, startSimulator } from './e2e/simulator.ts';

const run = promisify(execFile);
const houseDir = join(import.meta.dirname, '..');
const postgresUrl = inject('postgresUrl');
const schema = `backup_${randomBytes(4).toString('hex')}`;

let dir: string;
let firstDir: string;
let simulator: Simulator;
let product: Product | undefined;
let key: string;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'dailies-backup-'));
  firstDir = await newDataDir('dailies-backup-');
  simulator = await startSimulator('--data-dir', join(dir, 'simulator'), '--one-clip', '--fps', '1');
});
afterEach(async () => {
  await product?.kill();
  await simulator.stop();
  if (postgresUrl) await drop(postgresUrl);
  for (const one of [dir, firstDir]) rmSync(one, { recursive: true });
});

type Place = { DAILIES_DATA_DIR: string; PORT: string; DATABASE_URL?: string; DAILIES_DB_SCHEMA?: string };
const place = async (name: string, more: Partial<Place> = {}): Promise<Place> => ({
  DAILIES_DATA_DIR: join(dir, name),
  PORT: String(await freePort()),
  ...more,
});

async function begin({ DAILIES_DATA_DIR, PORT, ...env }: Place): Promise<void> {
  const dataDir = DAILIES_DATA_DIR;
  const more = { ...env, DAILIES_SIMULATOR_URL: simulator.url, LOG_LEVEL: 'error' };
  product = await startProduct({ dataDir, port: Number(PORT), env: more });
  key = readFileSync(join(dataDir, 'api-key'), 'utf8').trim();
}

async function program(name: 'backup' | 'restore', at: Place, ...args: string[]): Promise<string> {
  const env = { ...at, HOST: '127.0.0.1', DAILIES_SIMULATOR_URL: simulator.url, NODE_ENV: 'production' as const };
  const { stdout } = await run(process.execPath, [`bin/${name}.ts`, ...args], { cwd: houseDir, env });
  return stdout;
}

async function api<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(`${product?.url}/api${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json() as Promise<T>;
}

async function ask(prompt: string): Promise<string> {
  const { videos } = await api<{ videos: VideoView[] }>('/videos', { prompt, size: '320x180' });
  return videos[0]?.id ?? '';
}

async function until(id: string, state: VideoView['state']): Promise<VideoView> {
  for (const endMs = Date.now() + 60_000; Date.now() < endMs; await sleep(50)) {
    const video = await api<VideoView>(`/videos/${id}`);
    if (video.state === state) return video;
  }
  throw new Error(`${id} is not ${state}: ${JSON.stringify(await api(`/videos/${id}`))}`);
}

async function expectWhole(video: VideoView): Promise<void> {
  const response = await fetch(`${product?.url}${new URL(video.video_url ?? '').pathname}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  const file = Buffer.from(await response.arrayBuffer());
  expect(createHash('sha256').update(file).digest('hex')).toBe(video.receipt.sha256);
}

const ledger = async () => (await (await fetch(`${simulator.url}/simulator/ledger`)).json()) as Ledger;

async function drop(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`drop schema if exists "${schema}" cascade`);
  await client.end();
}

/** Each place in turn is backed up while it runs, killed, and goes on in the next; no job is paid for twice. */
const patience = { timeout: 400_000 };
test(
  'an installation moves from PGlite to PostgreSQL and back, while it runs, with its clips and a job under way',
  patience,
  async () => {
    const places = [await place('first', { DAILIES_DATA_DIR: firstDir })];
    if (postgresUrl) {
      places.push(await place('second', { DATABASE_URL: postgresUrl, DAILIES_DB_SCHEMA: schema }));
    }
    places.push(await place('last'));

    const [first] = places;
    if (!first) throw new Error('no place to begin at');
    await begin(first);
    const done = await ask('a red fox [render:0.5]');
    const stored = await until(done, 'completed');
    const job = await ask('a blue hare [render:1] [stall:50]');
    await until(job, 'running');

    for (const [n, next] of places.slice(1).entries()) {
      const at = places[n] as Place;
      const backup = join(dir, `backup-${n}`);
      expect(await program('backup', at, '--to', backup)).toContain('every checksum as in its row');
      await product?.kill();
      await program('restore', next, '--from', backup);
      await begin(next);
      const here = await api<VideoView>(`/videos/${done}`);
      expect(here).toMatchObject({ state: 'completed', receipt: { sha256: stored.receipt.sha256, submissions: 1 } });
      await expectWhole(here);
      expect((await api<VideoView>(`/videos/${job}`)).state).toBe('running');
    }
    expect((await ledger()).creates).toMatchObject({ accepted: 2, refused: 0 });

    const last = places.at(-1) as Place;
    await product?.stop();
    const still = join(dir, 'still');
    expect(await program('backup', last, '--to', still)).toContain('It holds the secret');
    await expect(program('backup', last, '--to', still)).rejects.toThrow('is there already');
    await expect(program('restore', last, '--from', still)).rejects.toThrow('not empty');
    await expect(program('restore', last, '--from', join(still, 'rows'))).rejects.toThrow('no whole backup');
  },
);
