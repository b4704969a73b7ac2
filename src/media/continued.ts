import type { Download } from '#engine/system.ts';
import { DownloadError } from '#video/errors/download-error.ts';

/** Breaks in a row, without a byte between them, after which it is left to a later try. */
const maxBreaks = 3;

/** Where a copy begins: at the first byte, or behind those that are here already. */
export type Begun = { from: number; stream: AsyncIterable<Uint8Array> };

/** Goes on behind `have` bytes of the same version where its rest is given, else begins anew. */
export async function begin(download: Download, have: number): Promise<Begun> {
  if (have === 0) return { from: 0, stream: download.stream };
  const isWhole = have === download.bytes;
  const rest = isWhole ? nothing() : ((await download.rest?.(have)) ?? null);
  if (!rest) return { from: 0, stream: download.stream };
  await abandon(download.stream);
  return { from: have, stream: rest };
}

/** The bytes behind `begun.from`, each once: a stream that breaks off is gone on with where the provider gives the rest. */
export async function* continued(download: Download, begun: Begun): AsyncGenerator<Uint8Array> {
  let at = begun.from;
  let breaks = 0;
  for (let stream = begun.stream; ; ) {
    try {
      for await (const chunk of stream) {
        at += chunk.byteLength;
        breaks = 0;
        yield chunk;
      }
      if (download.bytes === null || at >= download.bytes || !download.rest) return;
      throw new DownloadError('transient', `the file has ${at} of ${download.bytes} bytes`);
    } catch (error) {
      if (!(error instanceof DownloadError) || error.reason !== 'transient' || ++breaks > maxBreaks) throw error;
      const rest = await download.rest?.(at);
      if (!rest) throw error;
      stream = rest;
    }
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Ends a stream that nobody reads: it must have begun, or its connection is not given back. */
async function abandon(stream: AsyncIterable<Uint8Array>): Promise<void> {
  const chunks = stream[Symbol.asyncIterator]();
  await chunks.next().catch(() => undefined);
  await chunks.return?.();
}
