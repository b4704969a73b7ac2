import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Log } from '#engine/system.ts';

export type SimulatorProcess = {
  /** The base URL of its protocol; where it does not run, this starts it, and throws. */
  url(): string;
  /** Resolves when it answers, or after `timeoutMs`. */
  start(timeoutMs: number): Promise<void>;
  stop(): Promise<void>;
};

const mainFile = join(import.meta.dirname, 'simulator/main.ts');
const longestRestMs = 10_000;
/** Its jobs survive a kill; a stop of ours must not wait for what it renders. */
const killAfterMs = 500;

/**
 * The simulator as our child: on a free port, started when somebody needs it, again when it dies, gone when we are.
 * Its address stands in the data directory, for worker processes beside us, which run none of their own.
 */
export function createSimulatorProcess(dataDir: string, role: 'all' | 'web' | 'worker', log: Log): SimulatorProcess {
  const directory = join(dataDir, 'simulator');
  const addressFile = join(directory, 'address');
  let child: ChildProcess | null = null;
  let address: string | null = null;
  let ready = Promise.withResolvers<void>();
  let restart: NodeJS.Timeout | null = null;
  let failures = 0;
  let stopping = false;

  function launch(): void {
    if (child || restart || stopping || role === 'worker') return;
    mkdirSync(directory, { recursive: true });
    const started = spawn(process.execPath, [mainFile, '--data-dir', directory, '--exit-with-parent'], {
      // Held open: when it closes, the child knows that we are gone, however we went.
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child = started;
    started.on('error', (error) => log.error({ err: error }, 'the simulator cannot be started'));
    started.once('close', (code, signal) => ended(code ?? signal));
    createInterface({ input: started.stdout }).on('line', (line) => {
      const said = addressIn(line);
      if (!said) return log.info({ line }, 'the simulator says');
      address = said;
      failures = 0;
      writeFileSync(addressFile, said);
      ready.resolve();
    });
  }

  function ended(how: number | string | null): void {
    child = null;
    address = null;
    ready.resolve();
    ready = Promise.withResolvers();
    if (stopping) return;
    failures += 1;
    const restMs = Math.min(longestRestMs, 100 * 2 ** failures);
    log.warn({ how, restMs }, 'the simulator ended; it is started again');
    restart = setTimeout(() => {
      restart = null;
      launch();
    }, restMs);
  }

  return {
    url() {
      const current = role === 'worker' ? readFileSync(addressFile, 'utf8') : address;
      if (current) return `${current}/v1`;
      launch();
      throw new Error('the simulator is starting');
    },
    async start(timeoutMs) {
      launch();
      if (address || role === 'worker') return;
      const patience = Promise.withResolvers<void>();
      const timer = setTimeout(patience.resolve, timeoutMs);
      await Promise.race([ready.promise, patience.promise]);
      clearTimeout(timer);
    },
    async stop() {
      stopping = true;
      if (restart) clearTimeout(restart);
      if (!child) return;
      const gone = once(child, 'close');
      const insist = setTimeout(() => child?.kill('SIGKILL'), killAfterMs);
      child.kill('SIGTERM');
      await gone;
      clearTimeout(insist);
    },
  };
}

function addressIn(line: string): string | null {
  return /^\{"listening":"(http:[^"]+)"\}$/.exec(line)?.[1] ?? null;
}
