import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compileCacheDir } from '../../bin/setup/house.mjs';

const mainFile = join(import.meta.dirname, '../../src/simulator/main.ts');
const READY_WITHIN_MS = 60_000;

export interface Simulator {
  /** http://127.0.0.1:port, without a slash at the end; its protocol is under /v1. */
  url: string;
  stop(): Promise<void>;
}

/** A simulator of its own process, with the flags of docs/simulator.md: a provider that is not the product's child. */
export async function startSimulator(...flags: string[]): Promise<Simulator> {
  const child: ChildProcess = spawn(process.execPath, [mainFile, '--exit-with-parent', ...flags], {
    env: { NODE_ENV: 'test', NODE_COMPILE_CACHE: compileCacheDir },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (!child.stdout) throw new Error('the simulator has no output');
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, 'line', { signal: AbortSignal.timeout(READY_WITHIN_MS) });
  return {
    url: JSON.parse(line).listening,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
