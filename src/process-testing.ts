import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileCacheDir } from '../bin/setup/house.mjs';

const readyWithinMs = 120_000;

/** A process of the product, started by a test. */
export type Started = {
  child: ChildProcess;
  output(): string;
  /** The exit code. */
  exit: Promise<number | null>;
  /** A server's address, or a worker's first word; rejects when it ends before. */
  ready(): Promise<string>;
  stop(): Promise<void>;
};

/** A start as a user would make it, on a free port and with an environment of its own; of this checkout, or another. */
export function start(
  script: 'server' | 'worker',
  env: Record<string, string>,
  checkout = join(import.meta.dirname, '..'),
): Started {
  const child = spawn(process.execPath, [join(checkout, 'src', `${script}.ts`)], {
    // Away from the .env files of whoever runs the tests.
    cwd: env.DAILIES_DATA_DIR ?? tmpdir(),
    env: {
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      NODE_COMPILE_CACHE: compileCacheDir,
      PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const exit = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    output: () => output,
    exit,
    async ready() {
      const deadline = Date.now() + readyWithinMs;
      while (Date.now() < deadline && child.exitCode === null) {
        const said = /Dailies (?:is at (\S+)[\s\S]*API key|works)/.exec(output);
        if (said) return said[1] ?? said[0];
        await sleep(20);
      }
      throw new Error(`not ready: ${output}`);
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exit;
    },
  };
}
