// What the doctor looks at, one function each.
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import type { Config } from '#config.ts';
import { createS3Media } from '#media/s3.ts';
import { foundIn } from '#providers/found.ts';
import { ModelsFileError, readUserModels } from '#providers/user-models.ts';
import { extensions, Renderer } from '#simulator/picture/render.ts';
import { createSeal } from '#store/settings/seal.ts';
import { isBuilt } from './setup/build.mjs';

/** A finding: all is well, worth knowing, or in the way of a start. Every problem says what to do. */
export interface Finding {
  verdict: 'ok' | 'note' | 'problem';
  text: string;
}

const ENOUGH_FREE_BYTES = 2e9;
const OLDEST_POSTGRES = 15;
const DATABASE_TIMEOUT_MS = 5_000;

const ok = (text: string): Finding => ({ verdict: 'ok', text });
const note = (text: string): Finding => ({ verdict: 'note', text });
const problem = (text: string): Finding => ({ verdict: 'problem', text });

export function checkNode(): Finding {
  // Whoever reads this line was started by the Node that the packages brought along: they are installed.
  return ok(`Node ${process.versions.node}, packages installed as the lock file says`);
}

export function checkBuild(): Finding {
  return isBuilt() ? ok('pages: built from the present sources') : note('pages: not built yet; npm start builds them');
}

export function checkDataDir({ dataDir }: Config): Finding {
  const existing = nearestExisting(dataDir);
  try {
    accessSync(existing, constants.W_OK);
  } catch {
    return problem(`data: ${existing} is not writable; make it so, or set DAILIES_DATA_DIR to a folder that is`);
  }
  const { bavail, bsize } = statfsSync(existing);
  const free = `${((bavail * bsize) / 1e9).toFixed(1)} GB free`;
  if (bavail * bsize < ENOUGH_FREE_BYTES) return note(`data: ${dataDir}, only ${free}; clips need room`);
  return ok(`data: ${dataDir}, ${free}`);
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

const holderSchema = z.object({ pid: z.int(), host: z.string() });

/** Who holds the data directory, by the lock file that the holder keeps in it. */
export function checkLock({ dataDir }: Config): { finding: Finding; pid: number | null } {
  const file = join(dataDir, 'lock.json');
  if (!existsSync(file)) return { finding: ok('lock: nobody is using the data directory'), pid: null };
  const { pid, host } = holderSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  if (host !== hostname())
    return { finding: note(`lock: left by process ${pid} on ${host}; a start asks whether it lives`), pid: null };
  if (!isAlive(pid))
    return { finding: ok(`lock: left by process ${pid}, which has ended; a start takes it over`), pid: null };
  return { finding: note(`lock: process ${pid} is using the data directory`), pid };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: somebody else's process, and alive.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export function checkPort({ host, port }: Config, holderPid: number | null): Promise<Finding> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `port: ${host}:${port} is taken`;
      if (error.code !== 'EADDRINUSE') resolve(problem(`port: ${host}:${port}: ${error.message}; change HOST or PORT`));
      else if (holderPid) resolve(note(`${taken}, it seems by our own process ${holderPid}`));
      else resolve(problem(`${taken}; end who has it, or set PORT to another one`));
    });
    server.listen({ host, port }, () => server.close(() => resolve(ok(`port: ${host}:${port} is free`))));
  });
}

export async function checkDatabase(config: Config): Promise<Finding[]> {
  const { databaseUrl } = config;
  if (!databaseUrl) return [ok('database: embedded, in the data directory (DATABASE_URL is not set)')];
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: DATABASE_TIMEOUT_MS });
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>("select current_setting('server_version') as version");
    const version = rows[0]?.version ?? '0';
    if (Number.parseInt(version, 10) < OLDEST_POSTGRES) {
      return [problem(`database: PostgreSQL ${version} is too old; ${OLDEST_POSTGRES} or newer is needed`)];
    }
    return [ok(`database: PostgreSQL ${version}`), ...(await checkStoredKeys(client, config))];
  } catch (error) {
    // The code alone: a message may carry the address, and the address a password.
    const reason = (error as NodeJS.ErrnoException).code ?? 'no answer';
    return [
      problem(`database: DATABASE_URL does not answer (${reason}); is it running, and are name and password right?`),
    ];
  } finally {
    await client.end().catch((error: Error) => console.error(`database: closing failed: ${error.name}`));
  }
}

/** Whether the secret of this machine opens the keys that people pasted. */
async function checkStoredKeys(client: pg.Client, config: Config): Promise<Finding[]> {
  const { databaseSchema, dataDir, previousSecret } = config;
  const table = `${pg.escapeIdentifier(databaseSchema)}.provider_credentials`;
  const { rows: found } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
    table,
  ]);
  if (!found[0]?.there) return [];
  const { rows } = await client.query<{ provider: string; key_id: string }>(
    `select provider, key_id from ${table} where key_id is not null and retired_at is null order by provider`,
  );
  const file = join(dataDir, 'secret');
  const secret = config.secret ?? (existsSync(file) ? readFileSync(file, 'utf8').trim() : null);
  const known = [secret, previousSecret].flatMap((one) => (one === null ? [] : [createSeal(one).keyId]));
  return rows.map(({ provider, key_id }) =>
    known.includes(key_id)
      ? ok(`provider: ${provider}, from Settings`)
      : note(
          `provider: the key of ${provider} was sealed with another secret: set that DAILIES_SECRET, or paste it again`,
        ),
  );
}

export async function checkModels({ modelsFile }: Config): Promise<Finding[]> {
  if (!existsSync(modelsFile)) return [];
  try {
    return [ok(`models: ${(await readUserModels(modelsFile)).length} of your own, from ${modelsFile}`)];
  } catch (error) {
    if (!(error instanceof ModelsFileError)) throw error;
    return [problem(`models: ${error.message}`)];
  }
}

export async function checkBucket({ s3 }: Config): Promise<Finding[]> {
  if (!s3) return [];
  try {
    await createS3Media(s3).check();
    return [ok(`clips: in the bucket ${s3.bucket}`)];
  } catch (error) {
    // Code or name alone: a message may hold an address or a key's id.
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).name;
    return [
      problem(
        `clips: the bucket ${s3.bucket} does not answer (${reason}); are S3_ENDPOINT, S3_REGION and the keys right?`,
      ),
    ];
  }
}

export function checkProviders(config: Config): Finding[] {
  const { openai, simulatorUrl, defaultModel } = config;
  const found = [
    ok(`provider: simulator, ${simulatorUrl ? 'from DAILIES_SIMULATOR_URL' : 'built in'}: test pictures, free`),
    ...foundIn(config).map(({ kind, variable }) => ok(`provider: ${kind}, from ${variable}`)),
  ];
  if (openai.apiKey && !openai.baseUrl) {
    found.push(
      note(
        'OPENAI_API_KEY alone is no provider: api.openai.com serves no videos since 2026-09-24; set OPENAI_BASE_URL',
      ),
    );
  }
  if (defaultModel) found.push(ok(`default model: from DAILIES_DEFAULT_MODEL`));
  return found;
}

/** Renders the smallest clip in a temporary folder: the encoder and the image library work on this machine. */
export async function checkSimulator(): Promise<Finding> {
  const directory = mkdtempSync(join(tmpdir(), 'dailies-doctor-'));
  const renderer = new Renderer();
  const startedAt = performance.now();
  try {
    const { video } = await renderer.render({
      picture: {
        id: 'doctor',
        prompt: 'How are we today?',
        width: 320,
        height: 180,
        seconds: 1,
        fps: 12,
        hueDegrees: 0,
      },
      paths: {
        video: join(directory, `video.${extensions.video}`),
        thumbnail: join(directory, `thumbnail.${extensions.thumbnail}`),
        spritesheet: join(directory, `spritesheet.${extensions.spritesheet}`),
      },
    });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    return ok(`simulator: rendered a second of test picture in ${seconds} s (${video.bytes} bytes)`);
  } catch (error) {
    return problem(`simulator: cannot render here: ${(error as Error).message}; run npm install again`);
  } finally {
    await renderer.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
