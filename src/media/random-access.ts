import { open } from 'node:fs/promises';

/** A finished file that can be read anywhere; `end` is the byte behind the last. */
export type RandomAccess = { bytes: number; read(start: number, end: number): Promise<Uint8Array> };

/** A file on the disk, for as long as `use` takes. */
export async function withFile<T>(path: string, use: (file: RandomAccess) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    return await use({
      bytes: size,
      async read(start, end) {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.max(0, end - start)), 0, end - start, start);
        return buffer.subarray(0, bytesRead);
      },
    });
  } finally {
    await handle.close();
  }
}
