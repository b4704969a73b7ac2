import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** What a backup is; written last, so that one without it is not whole. */
export const manifestSchema = z.object({
  format: z.literal(1),
  /** The database's time of the snapshot. */
  takenAt: z.iso.datetime(),
  /** The last migration of its schema. */
  migration: z.string().regex(/^\d+$/),
  /** Rows by table, in `rows/<table>.ndjson`. */
  tables: z.record(z.string().regex(/^[a-z_0-9]+$/), z.int()),
  /** Whether the files are in `media/`; which files there are stands in rows/assets.ndjson. */
  media: z.enum(['copied', 'left out']),
  /** Nothing ran while it was taken, so nothing that waits in it can have been sent since, unless it was started again. */
  stopped: z.boolean(),
});
export type Manifest = z.infer<typeof manifestSchema>;

const fileName = 'backup.json';

export async function writeManifest(dir: string, manifest: Manifest): Promise<void> {
  const path = join(dir, fileName);
  await writeFile(`${path}.part`, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(`${path}.part`, path);
}

/** Throws one line for whoever asked. */
export async function readManifest(dir: string): Promise<Manifest> {
  const text = await readFile(join(dir, fileName), 'utf8').catch(() => {
    throw new Error(`${dir} is no whole backup: it has no ${fileName}`);
  });
  const parsed = manifestSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${join(dir, fileName)} is not understood: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
