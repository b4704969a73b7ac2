import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { lockDirectory } from '#store/database/pglite-lock.ts';
import { createSimulatorProcess, type SimulatorProcess } from './simulator-process.ts';

const dirs: string[] = [];
const started: SimulatorProcess[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.stop();
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const log = { debug() {}, info() {}, warn() {}, error() {} };

function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'dailies-simulator-process-'));
  dirs.push(dir);
  return dir;
}

function create(dir: string): SimulatorProcess {
  const one = createSimulatorProcess(dir, lockDirectory, log);
  started.push(one);
  return one;
}

const answers = async (url: string) =>
  (await fetch(`${new URL(url).origin}/healthz`, { signal: AbortSignal.timeout(1_000) }).catch(() => null))?.ok ??
  false;

async function answering(one: SimulatorProcess): Promise<string> {
  for (let i = 0; i < 400; i++) {
    const url = await Promise.resolve()
      .then(() => one.url())
      .catch(() => null);
    if (url && (await answers(url))) return url;
    await sleep(25);
  }
  throw new Error('the simulator does not answer');
}

it('starts when somebody asks for its address', async () => {
  const one = create(newDir());
  expect(() => one.url()).toThrow('the simulator is starting');
  expect(await answering(one)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
});

it('runs once for all processes on a directory, and another takes over when the first ends', async () => {
  const dir = newDir();
  const [first, second] = [create(dir), create(dir)];
  await first.start(10_000);
  await second.start(10_000);
  const url = await answering(first);
  expect(await answering(second)).toBe(url);
  await first.stop();
  expect(await answers(url)).toBe(false);
  expect(await answering(second)).not.toBe(url);
});

it('is gone when it was stopped, even while it starts', async () => {
  const one = create(newDir());
  const starting = one.start(10_000);
  await one.stop();
  await starting;
  expect(() => one.url()).toThrow();
});
