import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeBehind } from './write-behind.ts';

const mb = 1024 ** 2;

/** A file that takes its time, and is told to fail from some piece on. */
function slowFile({ failsAt = Number.POSITIVE_INFINITY, syncFails = false } = {}) {
  const pieces: Buffer[] = [];
  const calls: string[] = [];
  const full = Object.assign(new Error('no room'), { code: 'ENOSPC' });
  return {
    pieces,
    calls,
    async writeFile(piece: unknown): Promise<void> {
      calls.push('write');
      await new Promise((resolve) => setImmediate(resolve));
      if (calls.length > failsAt) throw full;
      pieces.push(Buffer.from(piece as Buffer));
    },
    async datasync(): Promise<void> {
      calls.push('datasync');
      if (syncFails) throw new Error('bad disk');
    },
    async sync(): Promise<void> {
      calls.push('sync');
    },
  };
}

describe('writing behind', () => {
  it('keeps every byte in its place, in whatever chunks they come', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 3 * mb }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const file = slowFile();
        const out = writeBehind(file);
        const chunks = lengths.map((length, i) => Buffer.alloc(length, i + 1));
        for (const chunk of chunks) await out.write(chunk);
        await out.sync();
        expect(Buffer.concat(file.pieces).equals(Buffer.concat(chunks))).toBe(true);
        expect(file.calls.at(-1)).toBe('sync');
        expect(file.pieces.every(({ length }) => length <= mb / 4)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('says that a piece was not written, and is never durable then', async () => {
    const file = slowFile({ failsAt: 1 });
    const out = writeBehind(file);
    const all = async () => {
      await out.write(Buffer.alloc(2 * mb));
      await out.sync();
    };
    await expect(all()).rejects.toThrow('no room');
    expect(file.calls).not.toContain('sync');
  });

  it('lets the disk begin early, and says what went wrong there', async () => {
    const file = slowFile({ syncFails: true });
    const out = writeBehind(file);
    await out.write(Buffer.alloc(40 * mb));
    await out.end();
    expect(file.calls).toContain('datasync');
    await expect(out.sync()).rejects.toThrow('bad disk');
    expect(file.calls).not.toContain('sync');
  });
});
