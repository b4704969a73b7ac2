import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A JSON file per record, written so that a record is either whole under its name or not there (kill -9 at any moment). */
export class JobStore<Stored extends { id: string }> {
  readonly #directory: string;
  readonly #writing = new Map<string, Promise<void>>();

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  /** All records on the disk. Files of an interrupted write are passed over. */
  load(): Stored[] {
    return readdirSync(this.#directory)
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(join(this.#directory, name), 'utf8')));
  }

  /** Resolves when the record is on the disk. Writes of one record keep their order. */
  save(record: Stored): Promise<void> {
    const write = () => writeDurably(join(this.#directory, `${record.id}.json`), JSON.stringify(record));
    const saved = (this.#writing.get(record.id) ?? Promise.resolve()).then(write, write);
    this.#writing.set(record.id, saved);
    return saved.finally(() => {
      if (this.#writing.get(record.id) === saved) this.#writing.delete(record.id);
    });
  }
}

/** Temporary file, fsync, rename, fsync of the directory. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.part`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  // Windows cannot sync a directory, and does not need to.
  if (process.platform === 'win32') return;
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
