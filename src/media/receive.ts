import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Download } from '#engine/system.ts';
import { DownloadError } from '#video/download-error.ts';

/**
 * Writes a stream to a new file and syncs it; one chunk is in memory at a time. Throws `DownloadError` when it is larger
 * than `maxBytes`, empty, or not as long as was announced; passes the stream's own errors on.
 */
export async function receive(
  download: Download,
  path: string,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'wx');
  try {
    for await (const chunk of untilAborted(download.stream, signal)) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw new DownloadError('refused', `the file is larger than ${maxBytes} bytes`);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    if (bytes === 0) throw new DownloadError('transient', 'the file is empty');
    if (download.bytes !== null && bytes !== download.bytes) {
      throw new DownloadError('transient', `the file has ${bytes} of ${download.bytes} bytes`);
    }
    await file.sync();
    return { bytes, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}

/** Ends at once when the signal aborts, even while the stream is silent. */
async function* untilAborted<T>(stream: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
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
