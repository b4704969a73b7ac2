import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHooks } from '#engine/hooks.ts';
import type { Clock, Log, System } from '#engine/system.ts';
import { createDiskMedia } from '#media/disk.ts';
import { createRegistry } from '#providers/registry.ts';
import type { Database } from '#store/database/database.ts';
import { openStore } from '#store/store.ts';

export const model = 'openai/default';

/** The real parts around a database and an upstream, with the widths of the product and without its log. */
export function createSystem(options: { database: Database; dir: string; baseUrl: string }): System {
  const { database, dir, baseUrl } = options;
  const { providers, catalogue } = createRegistry({
    found: [{ kind: 'openai', variable: 'OPENAI_BASE_URL', key: 'sk-bench', baseUrl }],
    simulator: {
      url: () => {
        throw new Error('no simulator here');
      },
    },
    defaultModel: model,
    allowHosts: [],
    log: silent,
  });
  return {
    store: openStore(database),
    providers,
    catalogue,
    media: createDiskMedia({ dir: join(dir, 'media') }),
    clock,
    hooks: createHooks('a secret of this installation', null),
    random: randomBytes,
    log: silent,
    settings: {
      leaseMs: 60_000,
      upstreamTimeoutMs: 30_000,
      watchWidth: 64,
      collectWidth: 4,
      deadlineMs: 900_000,
      maxRunningPerOwner: 1_000,
      maxQueuedPerOwner: 10_000,
      schedule: 'learned',
    },
  };
}

const clock: Clock = {
  now: () => new Date(),
  elapsedMs: () => performance.now(),
  async sleep(ms, signal) {
    await sleep(ms, undefined, signal && { signal }).catch((error) => {
      if (!signal?.aborted) throw error;
    });
  },
};

export const silent: Log = {
  debug() {},
  info() {},
  warn() {},
  error: (fields, message) => console.error(message, fields),
};
