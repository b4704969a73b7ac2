import type { FileHandle } from 'node:fs/promises';

/** Larger ones are no faster, and let more garbage gather between two writes. */
const pieceBytes = 256 * 1024;
/** A disk that begins early has little left to do at the end. */
const syncAfterBytes = 32 * 1024 ** 2;

/**
 * Writes a file from its first byte on: while one piece is being written, the next one is gathered. Two pieces are in
 * memory, whatever the file is long. An error of the disk is thrown by the next call, and by `sync` at the latest.
 */
export function writeBehind(file: Pick<FileHandle, 'writeFile' | 'datasync' | 'sync'>) {
  let gathering = Buffer.allocUnsafeSlow(pieceBytes);
  let leaving = Buffer.allocUnsafeSlow(pieceBytes);
  let gathered = 0;
  let unsynced = 0;
  let writing = Promise.resolve();
  let syncing: Promise<void> | null = null;

  async function store(piece: Buffer): Promise<void> {
    await file.writeFile(piece);
    unsynced += piece.length;
    if (unsynced < syncAfterBytes) return;
    // The kernel tells such an error once: it must not be lost.
    await syncing;
    unsynced = 0;
    syncing = thrownLater(file.datasync());
  }

  /** Begins to write what is gathered, as soon as the piece before is written. */
  async function flush(): Promise<void> {
    await writing;
    [gathering, leaving] = [leaving, gathering];
    writing = thrownLater(store(leaving.subarray(0, gathered)));
    gathered = 0;
  }

  return {
    async write(chunk: Uint8Array): Promise<void> {
      for (let at = 0; at < chunk.byteLength; ) {
        const part = chunk.subarray(at, at + pieceBytes - gathered);
        gathering.set(part, gathered);
        gathered += part.byteLength;
        at += part.byteLength;
        if (gathered === pieceBytes) await flush();
      }
    },
    /** All that came is written: readable, and not yet durable. */
    async end(): Promise<void> {
      await flush();
      await writing;
    },
    /** All that came is on the disk. */
    async sync(): Promise<void> {
      await this.end();
      await syncing;
      await file.sync();
    },
  };
}

/** For work whose failure is awaited later: until then nobody listens, which would end the process. */
function thrownLater<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}
