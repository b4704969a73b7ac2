import { spawn } from 'node:child_process';
import { childEnvironment, houseDir, inHouse } from './setup/house.mjs';

interface Check {
  name: string;
  about: string;
  /** The tool's own script, started with this very Node: no shell, no npx. */
  script: string;
  args: string[];
}

export interface Verdict {
  name: string;
  passed: boolean;
  output: string;
  seconds: string;
}

const CHECK_TIMEOUT_MS = 120_000;

export const checks: Check[] = [
  { name: 'tsc', about: 'types', script: 'typescript/bin/tsc', args: ['--noEmit', '--pretty', 'false'] },
  {
    name: 'biome',
    about: 'format and common mistakes',
    script: '@biomejs/biome/bin/biome',
    args: ['check', '--error-on-warnings'],
  },
  { name: 'oxlint', about: 'directions, cycles, environment', script: 'oxlint/bin/oxlint', args: [] },
  { name: 'knip', about: 'nothing unused', script: 'knip/bin/knip.js', args: ['--no-progress', '--no-config-hints'] },
];

/** Runs one check to its end; a check that does not start or hangs has failed. */
export function runCheck({ name, script, args }: Check): Promise<Verdict> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [inHouse('node_modules', script), ...args], {
      cwd: houseDir,
      env: childEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: CHECK_TIMEOUT_MS,
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const end = (passed: boolean) =>
      resolve({ name, passed, output, seconds: ((performance.now() - startedAt) / 1000).toFixed(1) });
    child.once('error', (error) => {
      output += error.message;
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
}
