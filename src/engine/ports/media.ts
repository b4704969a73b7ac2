import type { Asset, AssetKind } from '#video/video.ts';

export type Download = {
  stream: AsyncIterable<Uint8Array>;
  contentType: string | null;
  /** Of the whole file; null = not told. */
  bytes: number | null;
  /** Tells this file from another version of it; without it nothing is continued later. */
  etag?: string | null;
  /** The rest of the same version, from this byte on; null = there is no such part any more, or there never are parts. */
  rest?: (from: number) => Promise<AsyncIterable<Uint8Array> | null>;
};

export type StoredFile = Pick<Asset, 'key' | 'contentType' | 'bytes' | 'sha256' | 'width' | 'height' | 'durationMs'>;

export type Media = {
  /**
   * Streams into storage with constant memory: all or nothing, durable when it returns, type decided by content.
   * Throws `DownloadError('not_media')` when the finished file is not of the kind, passes stream errors on.
   */
  put(key: string, kind: AssetKind, download: Download, signal: AbortSignal): Promise<StoredFile>;
  /** `range` is inclusive, already checked against the size. Null when the file is not there. */
  open(key: string, range?: { start: number; end: number }): Promise<ReadableStream<Uint8Array> | null>;
  delete(key: string): Promise<void>;
  /** Where the bytes can be read without us, for a while; absent = only through us. As secret as a key. */
  link?(key: string, how: { fileName: string; contentType: string; download: boolean; forMs: number }): Promise<string>;
  /** Every key that was written before then: what no row knows is nobody's. */
  keysBefore(time: Date): AsyncIterable<string>;
  /** A frame of a stored clip as an image; null = there is nothing here that decodes it. */
  poster?(key: string): Promise<Download | null>;
  /** The store answers: for /readyz. */
  check(): Promise<void>;
};
