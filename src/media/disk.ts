import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, type FileHandle, mkdir, open, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import type { Download, Media, StoredFile } from '#engine/system.ts';
import { DownloadError } from '#video/download-error.ts';
import type { AssetKind } from '#video/video.ts';
import { probe } from './probe.ts';
import { receive } from './receive.ts';

export type DiskOptions = {
  /** Made when it is not there. */
  dir: string;
  /** Larger files are refused. */
  maxBytes?: number;
};

const defaultMaxBytes = 4 * 1024 ** 3;
/** A temporary file that nobody has written to for so long belongs to a process that died. */
const staleMs = 3_600_000;

/** Our own ids, in up to four steps: nothing that could leave the directory, or mean another one on any file system. */
const keyPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}(\/[A-Za-z0-9][A-Za-z0-9_-]{0,127}){0,3}$/;

/** Files on the local disk, at the path that their key spells. */
export function createDiskMedia({ dir, maxBytes = defaultMaxBytes }: DiskOptions): Media & {
  /** Removes what dead processes left behind: once, at the start. Answers how many files. */
  sweep(): Promise<number>;
} {
  const tempDir = join(dir, '.tmp');

  /** The path of a key; throws on everything that is not made of our ids, or whose place was moved by a link. */
  async function pathOf(key: string): Promise<string> {
    if (!keyPattern.test(key)) throw new Error('not a storage key');
    const path = join(dir, key);
    const place = await realpath(dirname(path)).catch(ignoreMissing);
    if (place && !`${place}${sep}`.startsWith(`${await realpath(dir)}${sep}`)) throw new Error('not a storage key');
    return path;
  }

  /**
   * 1. Stream into a temporary file, counting and hashing on the way.
   * 2. Sync it, look what it is, and give it its name: a name stands for a whole, durable file.
   * 3. Sync the directories, or the name itself could be lost. Whatever fails, the temporary file goes.
   */
  async function put(key: string, kind: AssetKind, download: Download, signal: AbortSignal): Promise<StoredFile> {
    const path = await pathOf(key);
    await mkdir(tempDir, { recursive: true });
    const temp = join(tempDir, `${randomBytes(12).toString('hex')}.part`);
    try {
      const { bytes, sha256 } = await receive(download, temp, { maxBytes, signal });
      const found = await probe(temp, kind);
      await mkdir(dirname(path), { recursive: true });
      await rename(temp, path);
      for (let at = dirname(path); at.length >= dir.length; at = dirname(at)) await syncDirectory(at);
      return { key, bytes, sha256, ...found };
    } catch (error) {
      await rm(temp, { force: true });
      throw error;
    }
  }

  return {
    put: (...file) => put(...file).catch((error) => Promise.reject(asDownloadError(error))),
    open: async (key, range) => {
      const handle = await open(await pathOf(key), 'r').catch(ignoreMissing);
      if (!handle) return null;
      // Closes the file at the end, on an error, and when the reader turns away.
      return Readable.toWeb(
        handle.createReadStream(range ?? {}),
      ) as WebStream<Uint8Array> as ReadableStream<Uint8Array>;
    },
    delete: async (key) => {
      const path = await pathOf(key);
      await rm(path, { force: true });
      const depth = key.split('/').length - 1;
      for (let i = 0, at = dirname(path); i < depth; i++, at = dirname(at)) {
        if (!(await removeIfEmpty(at))) break;
      }
    },
    check: async () => {
      await mkdir(dir, { recursive: true });
      await access(dir, constants.W_OK);
    },
    sweep: async () => {
      let removed = 0;
      for (const name of (await readdir(tempDir).catch(ignoreMissing)) ?? []) {
        const path = join(tempDir, name);
        const found = await stat(path).catch(ignoreMissing);
        if (!found || Date.now() - found.mtimeMs < staleMs) continue;
        await rm(path, { force: true });
        removed++;
      }
      return removed;
    },
  };
}

async function syncDirectory(path: string): Promise<void> {
  // Windows opens no directories, and needs no such sync.
  if (process.platform === 'win32') return;
  const handle: FileHandle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeIfEmpty(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function asDownloadError(error: unknown): unknown {
  const code = codeOf(error);
  if (error instanceof DownloadError || !code || !/^E[A-Z]+$/.test(code)) return error;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const message = full ? 'There is no space left where clips are stored.' : `The clip could not be written: ${code}.`;
  return new DownloadError('transient', message, null, { cause: error });
}

function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
