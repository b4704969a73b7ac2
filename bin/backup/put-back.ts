import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { boot } from '#boot.ts';
import type { Config } from '#config.ts';
import { doubtQueued } from '#engine/restored.ts';
import { loadRows } from '#store/backup/load.ts';
import { openPglite } from '#store/database/pglite.ts';
import { openPostgres } from '#store/database/postgres.ts';
import { type Copied, copyFiles } from './files.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { houseFiles } from './take.ts';

export type PutBack = { manifest: Manifest; copied: Copied | null; doubted: number };

/**
 * A backup into an empty place: a new data directory, or an empty PostgreSQL where `DATABASE_URL` names one.
 * 1. The secret first: rows with keys that nobody can read are worth nothing.
 * 2. The files, each checked; then every row, all or nothing.
 * 3. What waited may have been sent since the backup was taken: it is looked for before anything is sent.
 */
export async function putBack(
  config: Config,
  dir: string,
  options: { nothingSentSince: boolean; say?: (line: string) => void },
): Promise<PutBack> {
  const { say = () => {} } = options;
  const manifest = await readManifest(dir);
  const { dataDir, databaseUrl, databaseSchema: schema } = config;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await bringHouseFiles(config, dir);
  const rows = join(dir, 'rows');
  let copied: Copied | null = null;
  if (manifest.media === 'copied') {
    copied = await copyFiles(rows, join(dir, 'media'), join(dataDir, 'media'), () => {});
    say(`${copied.files} files, ${(copied.bytes / 1e6).toFixed(0)} MB, every checksum as in its row`);
  }
  const database = databaseUrl
    ? await openPostgres({ url: databaseUrl, schema, poolSize: 2 })
    : await openPglite({ dataDir, schema });
  try {
    await loadRows(database, rows, manifest);
  } finally {
    await database.close();
  }
  const doubted = manifest.stopped || options.nothingSentSince ? 0 : await doubt(config, new Date(manifest.takenAt));
  return { manifest, copied, doubted };
}

async function bringHouseFiles({ dataDir, secret }: Config, dir: string): Promise<void> {
  for (const name of houseFiles) {
    const [from, to] = [join(dir, name), join(dataDir, name)];
    if (!existsSync(from)) continue;
    if (existsSync(to)) {
      if ((await readFile(from, 'utf8')) === (await readFile(to, 'utf8'))) continue;
      throw new Error(`${to} is there already and differs: restore into an empty data directory`);
    }
    if (name === 'secret' && secret !== null) continue;
    await copyFile(from, to);
    if (name !== 'models.json') await chmod(to, 0o600);
  }
}

/** The whole product put together, but without a worker: nothing is sent, nothing is looked at. */
async function doubt(config: Config, takenAt: Date): Promise<number> {
  const { system, stop } = await boot({ ...config, role: 'web' });
  try {
    return await doubtQueued(system, takenAt);
  } finally {
    await stop();
  }
}
