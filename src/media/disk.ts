import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, type FileHandle, mkdir, open, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import type { Download, Media, StoredFile } from '#engine/system.ts';
import { DownloadError } from '#video/errors/download-error.ts';
import type { AssetKind } from '#video/video.ts';
import { checkKey, isKey } from './key.ts';
import { drawPoster } from './poster.ts';
import { probe } from './probe.ts';
import { withFile } from './random-access.ts';
import { type Left, receive } from './receive.ts';

export type DiskOptions = {
  /** Made when it is not there. */
  dir: string;
  /** Larger files are refused. */
  maxBytes?: number;
};

const defaultMaxBytes = 4 * 1024 ** 3;
/** A temporary file that nobody has written to for so long belongs to a process that died. */
const staleMs = 3_600_000;

/** Files on the local disk, at the path that their key spells. */
export function createDiskMedia({ dir, maxBytes = defaultMaxBytes }: DiskOptions): Media & {
  /** Removes what dead processes left behind: once, at the start. Answers how many files. */
  sweep(): Promise<number>;
} {
  const tempDir = join(dir, '.tmp');

  /** The path of a key; throws on everything that is not made of our ids, or whose place was moved by a link. */
  async function pathOf(key: string): Promise<string> {
    checkKey(key);
    const path = join(dir, key);
    const place = await realpath(dirname(path)).catch(ignoreMissing);
    if (place && !`${place}${sep}`.startsWith(`${await realpath(dir)}${sep}`)) throw new Error('not a storage key');
    return path;
  }

  /** What an earlier try of the same version left, the longest; null = nothing. */
  async function leftBehind(prefix: string): Promise<Left | null> {
    let best: Left | null = null;
    for (const name of await readdir(tempDir)) {
      if (!name.startsWith(prefix)) continue;
      const path = join(tempDir, name);
      const bytes = (await stat(path).catch(ignoreMissing))?.size ?? 0;
      if (bytes > (best?.bytes ?? 0)) best = { path, bytes };
    }
    return best;
  }

  async function forget(prefix: string, except: string | null): Promise<void> {
    for (const name of await readdir(tempDir)) {
      const path = join(tempDir, name);
      if (name.startsWith(prefix) && path !== except) await rm(path, { force: true });
    }
  }

  /**
   * 1. Stream into a temporary file, counting and hashing on the way; go on with what an earlier try left, if it can be.
   * 2. Sync it, look what it is, and give it its name: a name stands for a whole, durable file.
   * 3. Sync the directories, or the name itself could be lost. Whatever fails, the temporary file goes, except where the
   *    next try can go on with it.
   */
  async function put(key: string, kind: AssetKind, download: Download, signal: AbortSignal): Promise<StoredFile> {
    const path = await pathOf(key);
    await mkdir(tempDir, { recursive: true });
    const version = download.rest && download.etag ? `${digest(key)}-${digest(download.etag)}-` : null;
    const old = version ? await leftBehind(version) : null;
    const temp = join(tempDir, `${version ?? ''}${randomBytes(12).toString('hex')}.part`);
    try {
      const { bytes, sha256 } = await receive(download, temp, { maxBytes, signal, old });
      const found = await withFile(temp, (file) => probe(file, kind));
      await mkdir(dirname(path), { recursive: true });
      await rename(temp, path);
      for (let at = dirname(path); at.length >= dir.length; at = dirname(at)) await syncDirectory(at);
      if (version) await forget(version, null);
      return { key, bytes, sha256, ...found };
    } catch (error) {
      // What would be kept on a full disk is the room that the next try needs.
      const final = isFull(error) || (error instanceof DownloadError && error.reason !== 'transient');
      if (!version || final) await rm(temp, { force: true });
      // The longer one of the two is enough for the next try.
      const kept = version && !final ? await leftBehind(version) : null;
      if (version) await forget(version, kept?.path ?? null);
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
    async *keysBefore(time) {
      for (const entry of (await readdir(dir, { withFileTypes: true, recursive: true }).catch(ignoreMissing)) ?? []) {
        const path = join(entry.parentPath, entry.name);
        const key = relative(dir, path).split(sep).join('/');
        if (!entry.isFile() || !isKey(key)) continue;
        const found = await stat(path).catch(ignoreMissing);
        if (found && found.mtimeMs < time.getTime()) yield key;
      }
    },
    poster: async (key) => withFile(await pathOf(key), drawPoster),
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

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

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
  const message = isFull(error)
    ? 'There is no space left where clips are stored.'
    : `The clip could not be written: ${code}.`;
  return new DownloadError('transient', message, null, { cause: error });
}

const isFull = (error: unknown): boolean => codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT';

function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
