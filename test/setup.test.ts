import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withSetupLock } from '../bin/setup/lock.mjs';

const binDir = join(import.meta.dirname, '../bin');
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dailies setup '));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the set-up lock', () => {
  const lockDir = () => join(directory, 'lock');

  function leaveLock(owner: { pid: number; host: string }, beatAt = new Date()): void {
    mkdirSync(lockDir());
    writeFileSync(join(lockDir(), 'owner.json'), JSON.stringify({ ...owner, id: 'left-behind' }));
    utimesSync(join(lockDir(), 'owner.json'), beatAt, beatAt);
  }

  /** The pid of a process that has ended. */
  const endedPid = () => spawnSync(process.execPath, ['--version']).pid;

  test('lets one at a time work, and leaves nothing behind', async () => {
    let working = 0;
    const seen: number[] = [];
    const work = async () => {
      working += 1;
      seen.push(working);
      await new Promise((resolve) => setImmediate(resolve));
      working -= 1;
    };
    await Promise.all([1, 2, 3].map(() => withSetupLock(work, lockDir())));
    expect(seen).toEqual([1, 1, 1]);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('is given back when the work fails', async () => {
    const broken = withSetupLock(() => Promise.reject(new Error('no disk')), lockDir());
    await expect(broken).rejects.toThrow('no disk');
    expect(existsSync(lockDir())).toBe(false);
  });

  test.each([
    ['a process that has ended', () => leaveLock({ pid: endedPid(), host: hostname() })],
    ['another machine that fell silent', () => leaveLock({ pid: 1, host: 'elsewhere' }, new Date(Date.now() - 60_000))],
  ])('is taken over from %s, by one of two', async (_name, leave) => {
    leave();
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
    };
    await Promise.all([withSetupLock(work('a'), lockDir()), withSetupLock(work('b'), lockDir())]);
    expect(order).toHaveLength(4);
    expect(order[1]).toBe(order[0]?.replace('begins', 'ends'));
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('handing over', () => {
  function start(script: string) {
    const handOver = pathToFileURL(join(binDir, 'setup/hand-over.mjs')).href;
    const parent = `import { handOver } from '${handOver}'; handOver(process.execPath, ['-e', ${JSON.stringify(script)}], {});`;
    return spawn(process.execPath, ['--input-type=module', '-e', parent], {
      env: { NODE_ENV: 'test' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'passes %s on and ends with the code of the child',
    async (signal) => {
      const parent = start(
        `process.on('${signal}', () => process.exit(7)); setInterval(() => {}, 1000); console.log('up')`,
      );
      await once(parent.stdout, 'data');
      parent.kill(signal);
      expect(await once(parent, 'exit')).toEqual([7, null]);
    },
  );

  test("ends the child when npm's shell, which passes nothing on, is killed above us", async () => {
    const handOver = pathToFileURL(join(binDir, 'setup/hand-over.mjs')).href;
    const child = `process.on('SIGTERM', () => { console.log('ended'); process.exit(0); }); setInterval(() => {}, 1000); console.log('up')`;
    const launcher = `import { handOver } from '${handOver}'; handOver(process.execPath, ['-e', ${JSON.stringify(child)}], {});`;
    // A command behind it keeps the shell from becoming the process itself.
    const shell = spawn('sh', ['-c', '"$NODE" --input-type=module -e "$LAUNCHER"; true'], {
      env: { NODE_ENV: 'test', NODE: process.execPath, LAUNCHER: launcher },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    shell.stdout.on('data', (chunk) => {
      said += chunk;
    });
    await once(shell.stdout, 'data');
    shell.kill('SIGTERM');
    await once(shell.stdout, 'close');
    expect(said).toBe('up\nended\n');
  });

  test('ends by the signal that ended the child', async () => {
    const parent = start(`process.kill(process.pid, 'SIGKILL')`);
    expect(await once(parent, 'exit')).toEqual([null, 'SIGKILL']);
  });
});

test('an unknown command names those that are known', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(binDir, 'run.mjs'), 'toString'], { encoding: 'utf8' });
  expect(status).toBe(2);
  for (const command of ['start', 'dev', 'worker', 'simulator', 'test', 'verify', 'doctor', 'demo:unplug']) {
    expect(stderr).toContain(command);
  }
});
