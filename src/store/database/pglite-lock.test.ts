import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { openPglite } from './pglite.ts';
import { DataDirInUse, type DirectoryLock, lockDirectory } from './pglite-lock.ts';

const quick = { heartbeatMs: 40, staleMs: 400, settleMs: 20 };

let directory: string;
let held: DirectoryLock[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dailies-lock-'));
  held = [];
});
afterEach(async () => {
  for (const lock of held) await lock.release();
  await rm(directory, { recursive: true });
});

async function lock(): Promise<DirectoryLock> {
  const taken = await lockDirectory(directory, quick);
  held.push(taken);
  return taken;
}
const file = () => join(directory, 'lock.json');
const holder = async () => JSON.parse(await readFile(file(), 'utf8'));
/** Put there whole, as a holder does: half a file would be none. */
async function pretend(other: object): Promise<void> {
  const fresh = `${file()}.theirs`;
  await writeFile(fresh, JSON.stringify({ host: 'elsewhere', pid: 7, nonce: 'theirs', beat: 0, ...other }));
  await rename(fresh, file());
}

/** A process of its own that holds the directory. */
async function otherProcess() {
  const module = JSON.stringify(join(import.meta.dirname, 'pglite-lock.ts'));
  const code = `const { lockDirectory } = await import(${module});
    await lockDirectory(${JSON.stringify(directory)}); console.log('locked'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

test('beats one at a time, however slow the disk', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  held.push(await lockDirectory(directory, { ...quick, heartbeatMs: 1 }));
  await vi.waitFor(async () => expect((await holder()).beat).toBeGreaterThan(100), 10_000);
  expect(warned).not.toHaveBeenCalled();
  warned.mockRestore();
});

test('a second process is told who holds the directory, and gets it the moment the first is killed', async () => {
  const child = await otherProcess();
  try {
    await expect(lock()).rejects.toThrow(DataDirInUse);
    await expect(lock()).rejects.toThrow(`in use by process ${child.pid} on ${hostname()}`);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const began = performance.now();
  await lock();
  expect(performance.now() - began).toBeLessThan(quick.staleMs);
  expect(await holder()).toMatchObject({ pid: process.pid, host: hostname() });
});

test('the same process cannot take it twice, but again after giving it back', async () => {
  const first = await lockDirectory(directory, quick);
  await expect(lock()).rejects.toThrow(DataDirInUse);
  await first.release();
  await lock();
});

test('a holder in another container keeps it while its heart beats', async () => {
  let beat = 0;
  await pretend({ beat });
  let beating = Promise.resolve();
  const heart = setInterval(() => {
    beating = beating.then(() => pretend({ beat: ++beat }));
  }, quick.heartbeatMs);
  try {
    await expect(lock()).rejects.toThrow('in use by process 7 on elsewhere');
  } finally {
    clearInterval(heart);
    await beating;
  }
});

test('a holder in another container whose heart stopped loses it', async () => {
  await pretend({});
  const began = performance.now();
  await lock();
  expect(performance.now() - began).toBeGreaterThan(quick.staleMs * 0.9);
  expect((await holder()).nonce).not.toBe('theirs');
});

test('a file that holds no lock is none', async () => {
  await writeFile(file(), '{"host":');
  await lock();
});

test('whoever was taken over, after a long sleep, uses the directory no more', async () => {
  const mine = await lock();
  mine.check();
  await vi.waitFor(async () => {
    await pretend({});
    expect(() => mine.check()).toThrow('in use by process 7 on elsewhere');
  });
  await mine.release();
  expect((await holder()).nonce).toBe('theirs');
});

test('a database in a directory is opened once, and is still there the next time', async () => {
  const dump = new Blob([await readFile(inject('pgliteDump'))]);
  const first = await openPglite({ dataDir: directory, schema: 'dailies', loadDataDir: dump });
  await first.query('insert into boots (at) values (now())');
  await expect(openPglite({ dataDir: directory, schema: 'dailies' })).rejects.toThrow(DataDirInUse);
  await first.close();
  const again = await openPglite({ dataDir: directory, schema: 'dailies' });
  expect(await again.query('select count(*)::int as n from boots')).toEqual([{ n: 1 }]);
  await again.close();
});
