import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Config } from '#config.ts';
import type { SettingsStore } from '#engine/stored-settings.ts';
import type { Log } from '#engine/system.ts';
import { foundIn } from '#providers/found.ts';
import { createRegistry, type Registry, type RegistryOptions } from '#providers/registry.ts';
import { readUserModels } from '#providers/user-models.ts';
import type { Database } from '#store/database/database.ts';
import { createSeal, type Seal } from '#store/settings/seal.ts';
import { openSettings } from '#store/settings/settings.ts';

/** What people set up, what variables say, and the registry that follows both without a restart. */
export type Installation = {
  registry: Registry;
  stored: SettingsStore;
  /** Of every secret that is kept in a row. */
  seal: Seal;
  /** Reads the settings, and what follows from them holds from then on. */
  reload(): Promise<void>;
  /** The file of one's own models: its name, what was read last, and what is wrong with it. */
  modelsFile(): { name: string; models: number; error: string | null };
  stop(): void;
};

/** The floor, where a notification was lost. */
const pollMs = 30_000;
const fileMs = 2_000;

type Parts = Pick<RegistryOptions, 'simulator' | 'readInput'> & {
  config: Config;
  database: Database;
  secret: string;
  log: Log;
};

/** Throws `ModelsFileError`, and where DAILIES_DEFAULT_MODEL names a model that nobody offers. */
export async function openInstallation({ config, database, secret, log, ...parts }: Parts): Promise<Installation> {
  const seal = createSeal(secret, await previousSecrets(config, secret));
  const stored = openSettings(database, seal);
  const resealed = await stored.reseal();
  if (resealed > 0) log.info({ keys: resealed }, 'stored keys are sealed with the present secret now');
  // Before it is read: what changes while that goes on is read once more.
  let stamp = stampOf(config.modelsFile);
  let userModels = await readUserModels(config.modelsFile);
  let modelsError: string | null = null;

  const registry = createRegistry({
    ...parts,
    found: foundIn(config),
    stored: await stored.load(),
    userModels,
    limits: config.limits,
    defaultModel: config.defaultModel,
    allowHosts: config.allowHosts,
    timeoutMs: config.upstreamTimeoutMs,
    log,
  });
  for (const { id, state } of registry.instances()) {
    if (state === 'key_unreadable') {
      log.error(
        { provider: id },
        'its stored key was sealed with another DAILIES_SECRET: set DAILIES_SECRET_PREVIOUS to that one, or paste the key again',
      );
    }
  }

  let reloading: Promise<void> | null = null;
  let again = false;
  /** One at a time, and once more where something changed meanwhile: an older answer never comes last. */
  async function reload(): Promise<void> {
    again = true;
    reloading ??= (async () => {
      while (again) {
        again = false;
        registry.apply(await stored.load());
      }
    })().finally(() => {
      reloading = null;
    });
    return reloading;
  }
  const follow = () => void reload().catch((err) => log.warn({ err }, 'the settings could not be read'));
  const unlisten = stored.listen(follow);
  const timer = setInterval(follow, pollMs).unref();

  async function rereadModels(): Promise<void> {
    try {
      userModels = await readUserModels(config.modelsFile);
      modelsError = null;
      registry.applyModels(userModels);
      log.info({ models: userModels.length }, 'the models file was read again');
    } catch (error) {
      modelsError = error instanceof Error ? error.message : String(error);
      log.warn({ reason: modelsError }, 'the models file was changed and cannot be used: what was read before holds');
    }
  }
  // By looking at its times: it may not exist yet, and editors replace files. What counts is what was read.
  const look = () => {
    const found = stampOf(config.modelsFile);
    if (found === stamp) return;
    stamp = found;
    void rereadModels();
  };
  const looking = setInterval(look, fileMs).unref();

  return {
    registry,
    stored,
    seal,
    reload,
    modelsFile: () => ({ name: basename(config.modelsFile), models: userModels.length, error: modelsError }),
    stop() {
      unlisten();
      clearInterval(timer);
      clearInterval(looking);
    },
  };
}

/** Tells one state of a file from another; null = it is not there. */
function stampOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.mtimeMs} ${found.size} ${found.ino}` : null;
}

/** A secret that was made here opens what it sealed, after a person has set one. */
async function previousSecrets({ previousSecret, dataDir }: Config, secret: string): Promise<string[]> {
  const kept = await readFile(join(dataDir, 'secret'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return '';
  });
  return [previousSecret, kept.trim()].filter((one): one is string => !!one && one !== secret);
}
