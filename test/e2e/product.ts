import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileCacheDir } from '../../bin/setup/house.mjs';
import { newDataDir } from '../data-dir.ts';

const projectDir = join(import.meta.dirname, '../..');
const READY_WITHIN_MS = 120_000;
const STOPPED_WITHIN_MS = 10_000;
const KEPT_OUTPUT_CHARS = 8_000;

export interface Product {
  /** http://127.0.0.1:port, without a slash at the end. */
  url: string;
  pid: number;
  dataDir: string;
  /** Everything printed so far (its last 8,000 characters). */
  output(): string;
  /** The printed one-time link that signs in without a form; rejects when none is printed. */
  signInLink(): Promise<string>;
  /** SIGTERM, and SIGKILL for one that does not end. Removes the data directory if it was made here. */
  stop(): Promise<void>;
  /** SIGKILL, as a power cut: the data directory stays. */
  kill(): Promise<void>;
}

interface ProductOptions {
  /** Added to an environment that is otherwise empty. */
  env?: Record<string, string>;
  /** Where the product keeps everything; a temporary directory when left out. */
  dataDir?: string;
  port?: number;
  readyWithinMs?: number;
}

/** Starts the product as a user would have it, but with an environment of its own, and waits until it is ready. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const { env = {}, dataDir, port, readyWithinMs = READY_WITHIN_MS } = options;
  const ownDir = dataDir ? null : await newDataDir('dailies-e2e-');
  const directory = dataDir ?? (ownDir as string);
  const usedPort = port ?? (await freePort());
  const url = `http://127.0.0.1:${usedPort}`;
  const child = spawn(process.execPath, ['src/server.ts'], {
    cwd: projectDir,
    env: {
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      NODE_COMPILE_CACHE: compileCacheDir,
      HOST: '127.0.0.1',
      PORT: String(usedPort),
      DAILIES_DATA_DIR: directory,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk).slice(-KEPT_OUTPUT_CHARS);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);

  const product: Product = {
    url,
    pid: child.pid ?? -1,
    dataDir: directory,
    output: () => output,
    signInLink: () =>
      until(
        () => output.match(signInLink)?.[0],
        child,
        () => output,
        'a sign-in link',
      ),
    stop: async () => {
      await end(child, 'SIGTERM');
      if (ownDir) rmSync(ownDir, { recursive: true, force: true });
    },
    kill: () => end(child, 'SIGKILL'),
  };
  try {
    await until(
      () => isReady(url),
      child,
      () => output,
      'ready',
      readyWithinMs,
    );
  } catch (error) {
    await product.stop();
    throw error;
  }
  return product;
}

const signInLink = /https?:\/\/[^\s"'<>]+[?&](?:token|first)=[^\s"'<>]+/;

async function isReady(url: string): Promise<boolean> {
  // Refused while it is not listening yet: the answer is "not ready", and until() bounds the asking.
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
  await answer?.body?.cancel();
  return answer?.ok ?? false;
}

/** Asks until there is a truthy answer; rejects with what was printed when time is up or the process has ended. */
async function until<T>(
  ask: () => T | Promise<T>,
  child: ChildProcess,
  output: () => string,
  what: string,
  withinMs = READY_WITHIN_MS,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline && !hasEnded(child)) {
    const answer = await ask();
    if (answer) return answer;
    await sleep(50);
  }
  const reason = hasEnded(child) ? `it ended with ${child.exitCode ?? child.signalCode}` : 'time is up';
  throw new Error(`the product is not there (${what}): ${reason}\n${output()}`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  const insist = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
  child.kill(signal);
  await exited;
  clearTimeout(insist);
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
