import { createWriteStream, openAsBlob } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';
import type { Media, Store } from '#engine/system.ts';
import type { InputFile, LargeFile } from '#providers/openai/encode.ts';
import { referenceLimits } from '#video/signature.ts';

/** Longer than any request that sends one. */
const staleMs = 3_600_000;

type ReadInput = (id: string, signal: AbortSignal) => Promise<InputFile | LargeFile | null>;

/**
 * Reads a reference file for a paid request: whole before the first byte of that is sent, so that a store that breaks off
 * costs nothing. An image comes in memory, 20 MB at most; a larger file is copied to `dir` and read from there.
 */
export function createReadInput(store: Pick<Store, 'asset'>, media: Media, dir: string): ReadInput {
  return async (id, signal) => {
    const asset = await store.asset(id, null);
    const stream = asset && (await media.open(asset.key));
    if (!stream) return null;
    signal.throwIfAborted();
    const { contentType } = asset;
    const about = { contentType, name: `${asset.id}.${contentType.split('/')[1]}` };
    if (asset.bytes <= referenceLimits.imageBytes) {
      return { ...about, bytes: new Uint8Array(await new Response(stream).arrayBuffer()) };
    }
    await mkdir(dir, { recursive: true });
    await removeStale(dir);
    const path = join(dir, `${asset.id}-${process.pid}-${Date.now()}`);
    await pipeline(Readable.fromWeb(stream as WebStream), createWriteStream(path, { flags: 'wx' }), { signal });
    return { ...about, blob: await openAsBlob(path) };
  };
}

async function removeStale(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const { mtimeMs } = await stat(join(dir, name));
    if (Date.now() - mtimeMs > staleMs) await rm(join(dir, name), { force: true });
  }
}
