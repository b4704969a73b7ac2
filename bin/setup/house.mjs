// Where things are, and how a step of the set-up is run.
import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, whatever the working directory is. */
export const houseDir = fileURLToPath(new URL('../..', import.meta.url));
export const inHouse = (/** @type {string[]} */ ...parts) => join(houseDir, ...parts);

/** The Node 24 that comes as a devDependency. */
export const nodeBinary = inHouse('node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** What Node has compiled, for the next start. */
export const compileCacheDir = inHouse('node_modules/.cache/node');

/** The environment of everything that is started here: Node 24 comes first for whoever asks for "node". */
export function childEnvironment() {
  return {
    ...process.env,
    PATH: [dirname(nodeBinary), process.env.PATH].join(delimiter),
    NEXT_TELEMETRY_DISABLED: '1',
    // For threads and children too: a simulator starts in half the time.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? compileCacheDir,
  };
}

/**
 * Runs one step with its output on ours; a signal that ends us ends the step first.
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean }} [options]
 * @returns {Promise<void>} rejects when the step does not end with 0
 */
export function runStep(file, args, { cwd = houseDir, env = process.env, shell = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, shell, stdio: 'inherit' });
    const end = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
    for (const signal of signals) process.on(signal, end);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      for (const each of signals) process.off(each, end);
      if (code === 0) resolve();
      else reject(new Error(`"${[file, ...args].join(' ')}" ended with ${signal ?? `code ${code}`}`));
    });
  });
}

export const say = (/** @type {string} */ line) => console.error(`dailies: ${line}`);
