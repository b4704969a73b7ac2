import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../e2e/product.ts';

/** A PostgreSQL server of our own, to be stopped at will; the one that others use is left alone. */
export type OwnPostgres = {
  url: string;
  /** `fast` ends every connection; `immediate` is a crash, and the next start recovers. */
  stop(how: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
};

const signals = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;
const readyWithinMs = 30_000;

/** Null where no PostgreSQL is installed. */
export async function openOwnPostgres(): Promise<OwnPostgres | null> {
  const [bin] = globSync('/usr/lib/postgresql/*/bin').toSorted().toReversed();
  const user = postgresUser();
  if (!bin || !user) return null;
  const dir = mkdtempSync(join(tmpdir(), 'dailies-postgres-'));
  chownSync(dir, user.uid, user.gid);
  chmodSync(dir, 0o700);
  const data = join(dir, 'data');
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust'], {
    ...user,
    cwd: dir,
    stdio: 'pipe',
  });
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let server: ChildProcess | null = null;

  async function stop(how: 'fast' | 'immediate'): Promise<void> {
    if (!server) return;
    const ended = once(server, 'exit');
    server.kill(signals[how]);
    await ended;
    server = null;
  }
  async function start(): Promise<void> {
    const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200'];
    server = spawn(join(bin ?? '', 'postgres'), ['-D', data, '-p', String(port), '-k', dir, ...settings], {
      ...user,
      cwd: dir,
      stdio: 'ignore',
    });
    const deadline = Date.now() + readyWithinMs;
    while (!(await answers(url))) {
      if (Date.now() > deadline) throw new Error('our PostgreSQL does not answer');
      await sleep(50);
    }
  }
  await start();
  return {
    url,
    stop,
    start,
    async remove() {
      await stop('immediate');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root; null = there is nobody else. */
function postgresUser(): { uid: number; gid: number } | null {
  const [uid = 0, gid = 0] = [process.getuid?.(), process.getgid?.()];
  if (uid !== 0) return { uid, gid };
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return null;
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on('error', () => undefined);
  return client.connect().then(
    async () => {
      await client.end();
      return true;
    },
    () => false,
  );
}
