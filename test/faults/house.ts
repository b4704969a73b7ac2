import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { compileCacheDir } from '../../bin/setup/house.mjs';
import { type Started, start } from '../../src/process-testing.ts';
import type { Ledger } from '../../src/simulator/ledger.ts';
import { type Client, clientOf } from '../client.ts';
import { newDataDir } from '../data-dir.ts';
import { freePort, type Product, startProduct } from '../e2e/product.ts';

const houseDir = join(import.meta.dirname, '../..');
/** What the test pattern costs here, so that there is money to count. */
export const clipUsd = 0.01;
const pricedPattern = {
  id: 'simulator/test-pattern',
  price: { per_clip_usd: clipUsd, source: 'a test', as_of: '2026-11-21' },
};

export type Simulator = { url: string; child: ChildProcess; ledger(): Promise<Ledger> };

export type House = {
  dataDir: string;
  /** What every process of it gets. */
  env: Record<string, string>;
  client: Client;
  simulator: Simulator;
  web: Product;
  workers: Started[];
  /** SIGKILL, and a new one in its place, ready. */
  replaceSimulator(): Promise<void>;
  replaceWeb(): Promise<void>;
  replaceWorker(index: number): Promise<void>;
  /** Processes of the product that ended by themselves. */
  ended(): number;
  close(): Promise<void>;
};

type Options = {
  /** Null = the embedded database, and one process that is server and worker. */
  databaseUrl: string | null;
  /** As the product reaches that database; directly when left out. */
  databaseLine?: string;
  /** Beside the server; with any, the server itself runs no loop. */
  workers?: number;
  env?: Record<string, string>;
  /** Of one worker alone. */
  workerEnv?: (index: number) => Record<string, string>;
  /** Where the product finds its simulator; as it listens when left out. */
  simulatorUrl?: (listening: string) => string;
  simulatorPort?: number;
};

const prefix = 'dailies-faults-';
const readyWithinMs = 180_000;
const apiKey = `dk_${randomBytes(24).toString('hex')}`;

/** The product as an operator would start it, on a free port, with a directory and a schema of its own. */
export async function openHouse(options: Options): Promise<House> {
  const { databaseUrl, workers: width = 0, simulatorUrl = (url: string) => url } = options;
  const dataDir = databaseUrl ? mkdtempSync(join(tmpdir(), prefix)) : await newDataDir(prefix);
  writeFileSync(join(dataDir, 'models.json'), JSON.stringify({ models: [pricedPattern] }));
  const schema = `faults_${randomBytes(6).toString('hex')}`;
  const port = await freePort();
  const simulatorPort = options.simulatorPort ?? (await freePort());
  const simulate = () => startSimulator(join(dataDir, 'simulator'), simulatorPort);
  const house = {} as House;
  try {
    house.simulator = await simulate();
    const env = {
      DAILIES_DATA_DIR: dataDir,
      DAILIES_API_KEY: apiKey,
      DAILIES_SIMULATOR_URL: simulatorUrl(house.simulator.url),
      DAILIES_LEASE: '6s',
      DAILIES_UPSTREAM_TIMEOUT: '4s',
      LOG_LEVEL: 'warn',
      ...(databaseUrl && { DATABASE_URL: options.databaseLine ?? databaseUrl, DAILIES_DB_SCHEMA: schema }),
      ...options.env,
    };
    const employ = (index: number) => start('worker', { ...env, ...options.workerEnv?.(index) });
    const serve = () =>
      startProduct({ dataDir, port, readyWithinMs, env: { ...env, DAILIES_ROLE: width > 0 ? 'web' : 'all' } });
    const web = await serve();
    Object.assign(house, {
      dataDir,
      env,
      web,
      client: clientOf(web.url, apiKey),
      workers: Array.from({ length: width }, (_, i) => employ(i)),
      async replaceSimulator() {
        await killed(house.simulator.child);
        house.simulator = await simulate();
      },
      async replaceWeb() {
        await house.web.kill();
        house.web = await serve();
      },
      async replaceWorker(index: number) {
        await house.workers[index]?.stop();
        house.workers[index] = employ(index);
        await house.workers[index].ready();
      },
      ended: () =>
        house.workers.filter(({ child }) => child.exitCode !== null).length + (isAlive(house.web.pid) ? 0 : 1),
      close,
    });
    await Promise.all(house.workers.map((worker) => worker.ready()));
    return house;
  } catch (error) {
    await close();
    throw error;
  }

  async function close(): Promise<void> {
    await house.web?.stop();
    await Promise.all((house.workers ?? []).map((worker) => worker.stop()));
    if (house.simulator) await killed(house.simulator.child);
    if (databaseUrl) await dropSchema(databaseUrl, schema);
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function startSimulator(dataDir: string, port: number): Promise<Simulator> {
  const args = ['--data-dir', dataDir, '--port', String(port), '--one-clip', '--speed', '20'];
  const child = spawn(process.execPath, ['src/simulator/main.ts', ...args], {
    cwd: houseDir,
    env: { NODE_ENV: 'production', NODE_COMPILE_CACHE: compileCacheDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the simulator ended with ${code}`)));
  const said = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  const [line] = await Promise.race([said, ended]);
  ended.catch(() => undefined);
  const url: string = JSON.parse(line).listening;
  const ledger = async () => (await (await fetch(`${url}/simulator/ledger`)).json()) as Ledger;
  return { url, child, ledger };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

export async function dropSchema(url: string, schema: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // It tells of every table that goes along.
  await client.query(`set client_min_messages = warning; drop schema if exists "${schema}" cascade`);
  await client.end();
}
