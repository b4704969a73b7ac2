#!/usr/bin/env node
// The way in for every npm script. Runs on Node 20 with nothing installed: it makes the house ready, saying what it
// does and doing nothing twice, then hands over to the Node 24 that the house brings along.
import { handOver } from './setup/hand-over.mjs';
import { makeReady } from './setup/ready.mjs';

/** @type {Record<string, { script: string[], built?: boolean, nodeEnv?: string, about: string }>} */
const commands = {
  start: { script: ['src/server.ts'], built: true, nodeEnv: 'production', about: 'studio, API and engine' },
  dev: {
    script: ['src/server.ts', '--dev'],
    nodeEnv: 'development',
    about: 'the same, with pages that follow the source',
  },
  worker: { script: ['src/worker.ts'], nodeEnv: 'production', about: 'the engine alone, for a second machine' },
  simulator: { script: ['src/simulator/main.ts'], about: 'the built-in upstream alone' },
  test: { script: ['bin/test.ts'], nodeEnv: 'test', about: 'everything that can fail' },
  'test:faults': {
    script: ['bin/test-faults.ts'],
    nodeEnv: 'test',
    about: 'kills, bad lines, full disks: the long forms',
  },
  'test:mutation': { script: ['bin/test-mutation.ts'], nodeEnv: 'test', about: 'the rules, changed: do tests notice' },
  verify: { script: ['bin/verify.ts'], about: 'the static checks, in seconds' },
  doctor: { script: ['bin/doctor.ts'], about: 'what this machine has and lacks' },
  backup: { script: ['bin/backup.ts'], nodeEnv: 'production', about: 'the whole installation in one directory' },
  restore: { script: ['bin/restore.ts'], nodeEnv: 'production', about: 'a backup into an empty place' },
  simulate: { script: ['bin/simulate.ts'], about: 'worlds of lost answers and crashes, from one seed each' },
  bench: { script: ['bench/run.ts'], nodeEnv: 'production', about: 'ours beside the seed design, measured' },
  'demo:providers': { script: ['bin/demo-providers.ts'], about: 'one video through every provider, with power cuts' },
  'demo:unplug': { script: ['bin/demo-unplug.ts'], about: 'twenty prompts and ten power cuts' },
};

const [name = '', ...rest] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;

if (!command) {
  console.error('Usage: node bin/run.mjs <command>');
  for (const [known, { about }] of Object.entries(commands)) console.error(`  ${known.padEnd(12)} ${about}`);
  process.exit(2);
}

try {
  const node = await makeReady({ built: command.built ?? false });
  const args = rest[0] === '--' ? rest.slice(1) : rest;
  handOver(node, [...command.script, ...args], command.nodeEnv ? { NODE_ENV: command.nodeEnv } : {});
} catch (error) {
  console.error(`dailies: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
