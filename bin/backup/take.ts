import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { houseToken } from '#api/auth/house-token.ts';
import { backupSchema } from '#api/wire.ts';
import type { Config } from '#config.ts';
import { type Dumped, dumpRows } from '#store/backup/dump.ts';
import type { Database } from '#store/database/database.ts';
import { openPglite } from '#store/database/pglite.ts';
import { DataDirInUse } from '#store/database/pglite-lock.ts';
import { openPostgres } from '#store/database/postgres.ts';
import { type Copied, copyFiles } from './files.ts';
import { type Manifest, writeManifest } from './manifest.ts';

/** What belongs to an installation beside its rows and clips. The first two are secrets. */
export const houseFiles = ['secret', 'api-key', 'models.json'] as const;

export type Taken = { manifest: Manifest; copied: Copied | null; kept: string[] };

/**
 * A whole installation in one new directory.
 * 1. Every row, in one snapshot: from PostgreSQL, from the embedded database where nothing runs, else by the process
 *    that holds it.
 * 2. The files that those rows name, each checked.
 * 3. The secret, without which stored keys cannot be read, and what else lies beside.
 * 4. The manifest, last: a directory without it is no backup.
 */
export async function takeBackup(
  config: Config,
  dir: string,
  options: { media: boolean; say?: (line: string) => void },
): Promise<Taken> {
  const { say = () => {} } = options;
  if (existsSync(dir)) throw new Error(`${dir} is there already: a backup is never written over`);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const rows = join(dir, 'rows');
  const { dumped, stopped } = await dump(config, rows);
  const count = Object.values(dumped.tables).reduce((sum, n) => sum + n, 0);
  say(`${count} rows in ${Object.keys(dumped.tables).length} tables, as of ${dumped.takenAt}`);
  let copied: Copied | null = null;
  if (options.media) {
    const progress = everySecond((now: Copied) => say(`${now.files} files, ${(now.bytes / 1e6).toFixed(0)} MB`));
    copied = await copyFiles(rows, join(config.dataDir, 'media'), join(dir, 'media'), progress);
  }
  const kept = houseFiles.filter((name) => existsSync(join(config.dataDir, name)));
  for (const name of kept) await copyFile(join(config.dataDir, name), join(dir, name));
  const manifest: Manifest = { format: 1, ...dumped, media: copied ? 'copied' : 'left out', stopped };
  await writeManifest(dir, manifest);
  return { manifest, copied, kept };
}

async function dump(config: Config, rows: string): Promise<{ dumped: Dumped; stopped: boolean }> {
  const { databaseUrl, databaseSchema: schema, dataDir } = config;
  if (databaseUrl) {
    const database = await openPostgres({ url: databaseUrl, schema, poolSize: 1 });
    return { dumped: await closing(database, () => dumpRows(database, rows)), stopped: false };
  }
  if (!existsSync(join(dataDir, 'postgres'))) throw new Error(`${dataDir} holds no installation: set DAILIES_DATA_DIR`);
  try {
    const database = await openPglite({ dataDir, schema });
    return { dumped: await closing(database, () => dumpRows(database, rows)), stopped: true };
  } catch (error) {
    if (!(error instanceof DataDirInUse)) throw error;
    return { dumped: await askServer(config, rows), stopped: false };
  }
}

async function closing<T>(database: Database, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await database.close();
  }
}

/** Whoever can read the data directory may have its rows: that is what the token proves. */
async function askServer(config: Config, rows: string): Promise<Dumped> {
  const secret = config.secret ?? (await readFile(join(config.dataDir, 'secret'), 'utf8')).trim();
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host;
  const address = `http://${host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host}:${config.port}`;
  const response = await fetch(`${address}/api/backup`, {
    method: 'POST',
    headers: { authorization: `Bearer ${houseToken(secret, 'backup', new Date())}` },
  }).catch((error: Error) => {
    throw new Error(`the data directory is in use, and no server answers at ${address} (PORT, HOST): ${error.message}`);
  });
  if (!response.ok) throw new Error(`the server at ${address} refuses a backup: HTTP ${response.status}`);
  const { directory, ...dumped }: z.infer<typeof backupSchema> = backupSchema.parse(await response.json());
  const lies = join(config.dataDir, directory);
  await cp(lies, rows, { recursive: true });
  await rm(lies, { recursive: true });
  return dumped;
}

function everySecond<T>(tell: (value: T) => void): (value: T) => void {
  let lastMs = performance.now();
  return (value) => {
    if (performance.now() - lastMs < 1_000) return;
    lastMs = performance.now();
    tell(value);
  };
}
