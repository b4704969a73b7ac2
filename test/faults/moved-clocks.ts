import { globSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type Asked, count } from './count.ts';
import type { Fault, Ground, Outcome } from './fault.ts';
import { openHouse } from './house.ts';
import { keepAsking } from './kills.ts';

const hours = [3, -3];

export const movedClocks: Fault = {
  name: 'clocks three hours off',
  about: 'one worker runs three hours fast, the other three hours slow, and at each restart they change places',
  run: async (ground) => (ground.postgresUrl ? moved(ground, ground.postgresUrl) : 'no PostgreSQL is reachable'),
};

async function moved({ long, say }: Ground, databaseUrl: string): Promise<Outcome> {
  const [library] = globSync('/usr/lib/*/faketime/libfaketime.so.1');
  const by = library ? 'libfaketime' : 'Date moved inside the process (libfaketime is not installed)';
  let turn = 0;
  const clockOf = (worker: number): Record<string, string> => {
    const offset = hours[(worker + turn) % hours.length] ?? 0;
    if (library) return { LD_PRELOAD: library, FAKETIME: `${offset > 0 ? '+' : ''}${offset}h` };
    const preload = pathToFileURL(join(import.meta.dirname, 'moved-date.mjs'));
    return { NODE_OPTIONS: `--import=${preload}?hours=${offset}` };
  };
  const house = await openHouse({ databaseUrl, workers: 2, workerEnv: clockOf });
  try {
    const asked: Asked = new Map();
    const changes = long ? 12 : 1;
    {
      await using asking = keepAsking(house, asked);
      for (turn = 1; turn <= changes; turn++) {
        await sleep(long ? 4_000 : 1_500);
        // One after the other: what one has claimed, the other takes over with another idea of the time.
        await house.replaceWorker(0);
        await house.replaceWorker(1);
        asking.check();
      }
    }
    say(`${asked.size} acknowledged under ${by}`);
    const { figures, broken } = await count(house, asked);
    return { figures: { by, 'hours off': '+3, −3', 'changes of clocks': changes, ...figures }, broken };
  } finally {
    await house.close();
  }
}
