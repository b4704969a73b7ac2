// One set-up at a time in one folder: a second `npm start` waits for the first one's install and build.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inHouse, say } from './house.mjs';

const HEARTBEAT_MS = 2_000;
const SILENT_AFTER_MS = 20_000;
const LOOK_AGAIN_MS = 200;

/**
 * @param {() => Promise<void>} work
 * @param {string} [lockDir]
 */
export async function withSetupLock(work, lockDir = inHouse('.setup-lock')) {
  const release = await acquire(lockDir);
  try {
    await work();
  } finally {
    release();
  }
}

/** @param {string} lockDir */
async function acquire(lockDir) {
  // The folder is made ready aside and moved into place: a lock is never seen without its owner in it.
  const owner = { pid: process.pid, host: hostname(), id: randomUUID() };
  const prepared = `${lockDir}.${owner.id}`;
  const ownerFile = join(lockDir, 'owner.json');
  mkdirSync(prepared);
  writeFileSync(join(prepared, 'owner.json'), JSON.stringify(owner));
  try {
    for (let said = false; !moved(prepared, lockDir); await sleep(LOOK_AGAIN_MS)) {
      const holder = readHolder(ownerFile);
      if (holder && isGone(holder)) {
        // Named after its holder, so that only one of several waiters can move this very lock away.
        moved(lockDir, `${lockDir}.${holder.id}`);
        rmSync(`${lockDir}.${holder.id}`, { recursive: true, force: true });
      } else if (holder && !said) {
        say(`waiting for the set-up of process ${holder.pid}`);
        said = true;
      }
    }
  } catch (error) {
    rmSync(prepared, { recursive: true, force: true });
    throw error;
  }
  const heartbeat = setInterval(() => utimesSync(ownerFile, new Date(), new Date()), HEARTBEAT_MS);
  return () => {
    clearInterval(heartbeat);
    rmSync(lockDir, { recursive: true, force: true });
  };
}

/** @param {string} from @param {string} to */
function moved(from, to) {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    // Taken (ENOTEMPTY, EEXIST; EPERM on Windows), or gone in the meantime (ENOENT): look again.
    if (['ENOTEMPTY', 'EEXIST', 'EPERM', 'ENOENT'].includes(errorCode(error))) return false;
    throw error;
  }
}

/** @param {string} file */
function readHolder(file) {
  try {
    return { ...JSON.parse(readFileSync(file, 'utf8')), beatAt: statSync(file).mtimeMs };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** @param {{ pid: number, host: string, beatAt: number }} holder */
function isGone({ pid, host, beatAt }) {
  if (Date.now() - beatAt > SILENT_AFTER_MS) return true;
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errorCode(error) === 'ESRCH';
  }
}

/** @param {unknown} error */
const errorCode = (error) => /** @type {NodeJS.ErrnoException} */ (error).code ?? '';
