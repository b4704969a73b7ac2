import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compileCacheDir } from '../../bin/setup/house.mjs';

// A real process, killed without warning.

const patience = { timeout: 180_000 };
let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'simulator kill '));
});
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(...flags: string[]): Promise<{ child: ChildProcess; origin: string }> {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, '--data-dir', dataDir, '--fps', '1', ...flags], {
    env: { NODE_ENV: 'test', NODE_COMPILE_CACHE: compileCacheDir },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = await once(createInterface({ input: child.stdout ?? process.stdin }), 'line');
  return { child, origin: JSON.parse(line).listening };
}

async function kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

const post = (origin: string, key: string, prompt = 'a fox') =>
  fetch(`${origin}/v1/videos`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ prompt, size: '320x180', seconds: 1 }),
  }).then((answer) => answer.json());

const list = async (origin: string): Promise<{ id: string }[]> =>
  (await (await fetch(`${origin}/v1/videos?limit=100`)).json()).data;

const status = async (origin: string, id: string) => (await (await fetch(`${origin}/v1/videos/${id}`)).json()).status;

test('every job that was answered or listed is there after a kill, and is rendered', patience, async () => {
  const answered = new Map<string, string>();
  const listed = new Set<string>();
  for (let round = 0; round < 3; round++) {
    const { child, origin } = await start('--speed', '0');
    for (const [key, id] of answered) expect((await post(origin, key)).id).toBe(id);
    const creates = Array.from({ length: 8 }, async (_, i) => {
      const key = `${round}-${i}`;
      const { id } = await post(origin, key);
      answered.set(key, id);
      for (const seen of await list(origin)) listed.add(seen.id);
      // An early answer starts the kill, while other creates and a render are under way.
      if (i === round) child.kill('SIGKILL');
    });
    const outcomes = await Promise.allSettled(creates);
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
    await kill(child);
  }
  const { origin } = await start('--speed', '0');
  for (const id of [...listed, ...answered.values()])
    await expect.poll(() => status(origin, id), { timeout: 60_000 }).toBe('completed');
  for (const [key, id] of answered) expect((await post(origin, key)).id).toBe(id);
  const ledger = await (await fetch(`${origin}/simulator/ledger`)).json();
  expect(ledger.creates.accepted).toBeGreaterThanOrEqual(answered.size);
  for (const id of answered.values())
    expect(ledger.jobs.filter((job: { id: string }) => job.id === id)).toHaveLength(1);
});

test('used up directives, deleted jobs and finished clips stay so over a kill', patience, async () => {
  const first = await start('--speed', '0');
  const finished = (await post(first.origin, 'finished')).id;
  const flaky = (await post(first.origin, 'flaky', '[http:503x2]')).id;
  const deleted = (await post(first.origin, 'deleted')).id;
  await expect.poll(() => status(first.origin, finished), { timeout: 60_000 }).toBe('completed');
  const clip = await (await fetch(`${first.origin}/v1/videos/${finished}/content`)).arrayBuffer();
  expect((await fetch(`${first.origin}/v1/videos/${flaky}`)).status).toBe(503);
  await fetch(`${first.origin}/v1/videos/${deleted}`, { method: 'DELETE' });
  await kill(first.child);

  const { origin } = await start('--speed', '0');
  const again = await (await fetch(`${origin}/v1/videos/${finished}/content`)).arrayBuffer();
  expect(Buffer.from(again).equals(Buffer.from(clip))).toBe(true);
  expect((await fetch(`${origin}/v1/videos/${flaky}`)).status).toBe(503);
  expect((await fetch(`${origin}/v1/videos/${flaky}`)).status).toBe(200);
  expect((await fetch(`${origin}/v1/videos/${deleted}`)).status).toBe(404);
});

test('it ends with the pipe of its parent, and at once on SIGTERM', patience, async () => {
  const orphan = await start('--exit-with-parent');
  const gone = once(orphan.child, 'exit');
  orphan.child.stdin?.end();
  expect((await gone)[0]).toBe(0);
  const { child, origin } = await start();
  const open = fetch(`${origin}/v1/videos`, { method: 'POST', body: JSON.stringify({ prompt: '[hang:60]' }) });
  const cut = expect(open).rejects.toThrow();
  await expect.poll(async () => (await (await fetch(`${origin}/simulator/ledger`)).json()).jobs.length).toBe(1);
  const startedAtMs = performance.now();
  await kill(child, 'SIGTERM');
  await cut;
  expect(performance.now() - startedAtMs).toBeLessThan(30_000);
  expect(child.exitCode).toBe(0);
});

test('a wrong flag is one line on stderr', async () => {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, '--fps', 'many'], {
    env: { NODE_ENV: 'test' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  expect((await once(child, 'close'))[0]).toBe(2);
  expect(said).toMatch(/^simulator: --fps: .*\n$/);
});

test('a clip that many jobs share stays what it was when another process shares one', patience, async () => {
  const content = async (origin: string, id: string) =>
    Buffer.from(await (await fetch(`${origin}/v1/videos/${id}/content`)).arrayBuffer());
  const first = await start('--speed', '0', '--one-clip');
  const { id } = await post(first.origin, 'first', 'a prompt that is long enough to make another picture');
  await expect.poll(() => status(first.origin, id), { timeout: 60_000 }).toBe('completed');
  const clip = await content(first.origin, id);
  await kill(first.child);
  const second = await start('--speed', '0', '--one-clip');
  const other = await post(second.origin, 'second', 'b');
  await expect.poll(() => status(second.origin, other.id), { timeout: 60_000 }).toBe('completed');
  expect((await content(second.origin, id)).equals(clip)).toBe(true);
});
