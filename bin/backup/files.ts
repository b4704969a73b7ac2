import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

/** Made of our ids: nothing that could leave a directory. */
const keySchema = z.string().regex(/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+){0,3}$/);
const assetSchema = z.object({ key: keySchema, bytes: z.int(), sha256: z.string() });
type File = z.infer<typeof assetSchema>;

export type Copied = { files: number; bytes: number; missing: string[] };

/** The manifest of the files is the table of assets. */
async function* filesOf(rowsDir: string): AsyncGenerator<File> {
  const assets = await open(join(rowsDir, 'assets.ndjson'));
  try {
    for await (const line of assets.readLines()) if (line) yield assetSchema.parse(JSON.parse(line));
  } finally {
    await assets.close();
  }
}

/**
 * Copies every file that the rows name, and makes sure of each checksum on the way. What was copied before is not
 * copied again; what is gone is named. Throws where a file is not what its row says.
 */
export async function copyFiles(
  rowsDir: string,
  from: string,
  to: string,
  progress: (copied: Copied) => void,
): Promise<Copied> {
  const copied: Copied = { files: 0, bytes: 0, missing: [] };
  for await (const file of filesOf(rowsDir)) {
    const [source, target] = [join(from, file.key), join(to, file.key)];
    if (!existsSync(source)) copied.missing.push(file.key);
    else {
      if (!existsSync(target)) await copy(source, target, file);
      copied.files++;
      copied.bytes += file.bytes;
    }
    progress(copied);
  }
  return copied;
}

async function copy(source: string, target: string, { key, sha256 }: File): Promise<void> {
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(createReadStream(source), hashing, createWriteStream(`${target}.part`, { mode: 0o600, flush: true }));
  if (hash.digest('hex') !== sha256) throw new Error(`${key} is damaged: its checksum is not the one in its row`);
  await rename(`${target}.part`, target);
}
