import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type LockTimes = {
  heartbeatMs: number;
  /** A holder on another machine whose heart has not beaten for so long is gone. */
  staleMs: number;
  /** Two who take over the same stale lock both look once more after this time: the later writer keeps it. */
  settleMs: number;
};
const usual: LockTimes = { heartbeatMs: 2_000, staleMs: 10_000, settleMs: 250 };

type Holder = { host: string; pid: number; nonce: string; beat: number };

/** Another process uses the data directory. */
export class DataDirInUse extends Error {
  override name = 'DataDirInUse';
  constructor(directory: string, holder: Holder | null) {
    const who = holder ? `process ${holder.pid} on ${holder.host}` : 'another process';
    super(
      `the data directory ${directory} is in use by ${who}: stop it first, or set DATABASE_URL to share a database`,
    );
  }
}

export type DirectoryLock = {
  /** @throws DataDirInUse when somebody else took over while this process was not running. */
  check(): void;
  release(): Promise<void>;
};

/**
 * Takes the directory for this process.
 * 1. Linux: an abstract socket named after the directory. It dies with its process, and is seen on one machine.
 * 2. A file with host, process and a heartbeat, for containers that share a volume. It is taken over when its process
 *    is known to be dead, or its heart does not beat for 10 s.
 * @throws DataDirInUse
 */
export async function lockDirectory(directory: string, times: LockTimes = usual): Promise<DirectoryLock> {
  const file = join(directory, 'lock.json');
  const socket = await lockSocket(directory, file);
  try {
    const lock = await lockFile({ directory, file, aloneOnHost: socket !== null, times });
    return {
      check: lock.check,
      release: async () => {
        await lock.release();
        socket?.close();
      },
    };
  } catch (error) {
    socket?.close();
    throw error;
  }
}

async function lockSocket(directory: string, file: string) {
  if (process.platform !== 'linux') return null;
  const name = createHash('sha256')
    .update(await realpath(directory))
    .digest('hex')
    .slice(0, 32);
  const server = createServer((connection) => connection.destroy()).listen(`\0dailies-${name}`);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new DataDirInUse(directory, await readHolder(file));
  }
  return server.unref();
}

type FileLock = { directory: string; file: string; aloneOnHost: boolean; times: LockTimes };

async function lockFile({ directory, file, aloneOnHost, times }: FileLock): Promise<DirectoryLock> {
  const me: Holder = { host: hostname(), pid: process.pid, nonce: randomUUID(), beat: 0 };
  let lost: Holder | null = null;

  const write = async () => {
    const fresh = `${file}.${me.nonce}`;
    await writeFile(fresh, JSON.stringify({ ...me, beat: me.beat++ }));
    await rename(fresh, file);
  };

  const before = await readHolder(file);
  if (before && !(await isGone(before, file, aloneOnHost, times))) throw new DataDirInUse(directory, before);
  await write();
  if (before) await sleep(times.settleMs);
  const after = await readHolder(file);
  if (after?.nonce !== me.nonce) throw new DataDirInUse(directory, after);

  let beating: Promise<void> | null = null;
  const heart = setInterval(() => {
    // One at a time: on a slow disk two would write the same file. A full disk, say, warns; the next beat tries again,
    // and the database has its own say about the disk.
    beating ??= beat()
      .catch((error: Error) => process.emitWarning(error))
      .finally(() => {
        beating = null;
      });
  }, times.heartbeatMs).unref();
  async function beat(): Promise<void> {
    const now = await readHolder(file);
    if (now && now.nonce !== me.nonce) {
      lost = now;
      clearInterval(heart);
    } else {
      await write();
    }
  }

  return {
    check: () => {
      if (lost) throw new DataDirInUse(directory, lost);
    },
    release: async () => {
      clearInterval(heart);
      await beating;
      if (!lost) await rm(file, { force: true });
    },
  };
}

/** Whether the holder is dead. Takes up to 10 s where only silence can prove it. */
async function isGone(
  holder: Holder,
  file: string,
  aloneOnHost: boolean,
  { heartbeatMs, staleMs }: LockTimes,
): Promise<boolean> {
  if (holder.host === hostname() && (aloneOnHost || !isAlive(holder.pid))) return true;
  for (let waitedMs = 0; waitedMs < staleMs; waitedMs += heartbeatMs / 4) {
    await sleep(heartbeatMs / 4);
    const now = await readHolder(file);
    if (!now) return true;
    if (now.nonce !== holder.nonce || now.beat !== holder.beat) return false;
  }
  return true;
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Null when there is none, or none that can be read. */
async function readHolder(file: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}
