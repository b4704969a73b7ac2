import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Download } from '#engine/system.ts';
import { DownloadError } from '#video/errors/download-error.ts';
import { begin, continued } from './continued.ts';
import { writeBehind } from './write-behind.ts';

/** What an earlier try brought. */
export type Left = { path: string; bytes: number };

/**
 * Writes a download to a new file and syncs it; half a megabyte is in memory at a time. Goes on behind what an earlier try left,
 * where the same version's rest is given: those bytes are copied and hashed anew. Throws `DownloadError` when it
 * is larger than `maxBytes`, empty, or not as long as was announced; passes the stream's own errors on.
 */
export async function receive(
  download: Download,
  path: string,
  { maxBytes, signal, old = null }: { maxBytes: number; signal: AbortSignal; old?: Left | null },
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'wx');
  const out = writeBehind(file);
  const write = async (chunk: Uint8Array) => {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new DownloadError('refused', `the file is larger than ${maxBytes} bytes`);
    hash.update(chunk);
    await out.write(chunk);
  };
  try {
    const begun = await begin(download, old?.bytes ?? 0);
    if (old && begun.from > 0) {
      for await (const chunk of createReadStream(old.path, { end: begun.from - 1 })) await write(chunk as Buffer);
    }
    for await (const chunk of untilAborted(continued(download, begun), signal)) await write(chunk);
    if (bytes === 0) throw new DownloadError('transient', 'the file is empty');
    if (download.bytes !== null && bytes !== download.bytes) {
      throw new DownloadError('transient', `the file has ${bytes} of ${download.bytes} bytes`);
    }
    await out.sync();
    return { bytes, sha256: hash.digest('hex') };
  } catch (error) {
    // The next try goes on behind what came. Why this one failed is said, not what that did to the rest.
    await out.end().catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
}

/** Ends at once when the signal aborts, even while the stream is silent. */
export async function* untilAborted<T>(stream: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const chunks = stream[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await nextChunk(chunks, signal);
      ended = next.done === true;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a generator that waits for its next chunk answers only after that chunk.
    if (!ended) chunks.return?.().catch(() => undefined);
  }
}

/** No race against one lasting promise: that would keep every chunk of the file alive. */
function nextChunk<T>(chunks: AsyncIterator<T>, signal: AbortSignal): Promise<IteratorResult<T>> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    chunks
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}
