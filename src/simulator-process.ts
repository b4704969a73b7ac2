import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
const takeOverMs = 1_000;
/** Its jobs survive a kill; a stop of ours must not wait for what it renders. */
const killAfterMs = 500;

/** Makes this process the one that runs the simulator of a directory; throws `DataDirInUse` where another one is. */
export type Lock = (directory: string) => Promise<{ release(): Promise<void> }>;

/**
 * The simulator as our child: on a free port, again when it dies, gone when we are. Of several processes on one data
 * directory one runs it; the others read its address there, and one of them takes over when that process ends.
 */
export function createSimulatorProcess(dataDir: string, lock: Lock, log: Log): SimulatorProcess {
  const directory = join(dataDir, 'simulator');
  const addressFile = join(directory, 'address');
  let held: { release(): Promise<void> } | null = null;
  let child: ChildProcess | null = null;
  let address: string | null = null;
  let pending: NodeJS.Timeout | null = null;
  let starting: Promise<void> | null = null;
  let ready = Promise.withResolvers<void>();
  let failures = 0;
  let stopping = false;

  /** Leads if nobody does, else looks again in a while: whoever leads may end. */
  async function begin(): Promise<void> {
    if (child || pending || stopping) return;
    mkdirSync(directory, { recursive: true });
    try {
      held ??= await lock(directory);
    } catch (error) {
      if (!(error instanceof Error && error.name === 'DataDirInUse')) throw error;
      log.debug({ reason: error.message }, 'another process runs the simulator');
      ready.resolve();
      again(takeOverMs);
      return;
    }
    if (!stopping) launch();
  }

  function again(restMs: number): void {
    pending = setTimeout(() => {
      pending = null;
      start();
    }, restMs).unref();
  }

  function start(): Promise<void> {
    starting ??= begin()
      .catch((err) => log.error({ err }, 'the simulator cannot be started'))
      .finally(() => {
        starting = null;
      });
    return starting;
  }

  function launch(): void {
    const started = spawn(process.execPath, [mainFile, '--data-dir', directory, '--exit-with-parent'], {
      // Held open: when it closes, the child knows that we are gone, however we went.
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child = started;
    started.on('error', (err) => log.error({ err }, 'the simulator cannot be started'));
    started.once('close', (code, signal) => ended(code ?? signal));
    createInterface({ input: started.stdout }).on('line', (line) => {
      const said = /^\{"listening":"(http:[^"]+)"\}$/.exec(line)?.[1];
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
    again(restMs);
  }

  return {
    url() {
      const current = held || !existsSync(addressFile) ? address : readFileSync(addressFile, 'utf8');
      if (current) return `${current}/v1`;
      void start();
      throw new Error('the simulator is starting');
    },
    async start(timeoutMs) {
      const patience = Promise.withResolvers<void>();
      const timer = setTimeout(patience.resolve, timeoutMs);
      await Promise.race([start().then(() => (address ? undefined : ready.promise)), patience.promise]);
      clearTimeout(timer);
    },
    async stop() {
      stopping = true;
      if (pending) clearTimeout(pending);
      await starting;
      ready.resolve();
      if (child) {
        const gone = once(child, 'close');
        const insist = setTimeout(() => child?.kill('SIGKILL'), killAfterMs);
        child.kill('SIGTERM');
        await gone;
        clearTimeout(insist);
      }
      await held?.release();
    },
  };
}
