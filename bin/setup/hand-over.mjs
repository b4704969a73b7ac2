import { spawn } from 'node:child_process';
import { childEnvironment, houseDir } from './house.mjs';

const ORPHAN_CHECK_MS = 250;

/**
 * As near to exec as Node comes: the child has our streams, gets our signals, and we end as it ends.
 * @param {string} node
 * @param {string[]} args
 * @param {NodeJS.Dict<string>} env
 */
export function handOver(node, args, env) {
  const child = spawn(node, args, { cwd: houseDir, env: { ...childEnvironment(), ...env }, stdio: 'inherit' });
  child.once('error', (error) => {
    console.error(`dailies: ${node} does not start: ${error.message}`);
    process.exitCode = 1;
  });

  const signals = /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) {
    process.on(signal, () => {
      // Ctrl-C at a terminal reaches the whole group, the child too: a second one would mean "at once".
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }

  // npm starts us through a shell that does not pass signals on: it is gone before we hear of anything.
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, ORPHAN_CHECK_MS);

  child.once('exit', (code, signal) => {
    clearInterval(watch);
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    for (const forwarded of signals) process.removeAllListeners(forwarded);
    process.kill(process.pid, signal);
  });
}
