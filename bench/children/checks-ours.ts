// Looks at running videos with the real loop, engine and store; the provider answers at once, here or over HTTP.
import { setImmediate as turn } from 'node:timers/promises';
import type { Provider, System } from '#engine/system.ts';
import { startWorker } from '#engine/worker.ts';
import { connect } from '#store/database/connect.ts';
import type { Checked, CheckedFor, Checks } from '../checks.ts';
import { createSystem } from '../engine.ts';
import { measureChecks } from './measure-checks.ts';
import { argument, endWithParent, onAsked, tell } from './parent.ts';
import { addRunning, raw } from './running.ts';

const { place, active, baseUrl, everyMs } = argument<Checks>();
const database = await connect(place);
const real = createSystem({ database, dir: place.dataDir, baseUrl: baseUrl ?? 'http://127.0.0.1:9/v1' });
let looks = 0;
let late: number[] = [];

/** In the next turn of the loop, as an answer from a network would at the earliest. */
const atOnce = (provider: Provider): Provider => ({
  ...provider,
  check: async () => {
    await turn();
    return { kind: 'running', queued: false, progress: 40, raw };
  },
});
const providers: System['providers'] = {
  ...real.providers,
  get(id, credentialId) {
    const provider = real.providers.get(id, credentialId);
    return provider && baseUrl === null ? atOnce(provider) : provider;
  },
};
const store: System['store'] = {
  ...real.store,
  async claim(...asked) {
    const due = await real.store.claim(...asked);
    looks += due.claimed.length;
    for (const { video, at } of due.claimed) late.push(at.getTime() - (video.checkAt?.getTime() ?? Number.NaN));
    return due;
  },
};
const system = { ...real, store, providers, settings: { ...real.settings, schedule: Math.max(1, everyMs) } };

await addRunning(real, database, active, everyMs);
tell({});
onAsked(async ({ forMs }: CheckedFor): Promise<Checked> => {
  const worker = startWorker(system);
  try {
    return await measureChecks(database, forMs, () => {
      const before = { looks, late };
      late = [];
      return before;
    });
  } finally {
    await worker.stop();
  }
});
endWithParent(() => database.close());
