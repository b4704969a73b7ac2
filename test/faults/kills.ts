import { setTimeout as sleep } from 'node:timers/promises';
import { type Asked, count } from './count.ts';
import type { Fault, Ground, Outcome } from './fault.ts';
import { type House, openHouse } from './house.ts';

/** A kill comes so long after the one before has been mended, at a random moment. */
const calmMs = { least: 50, most: 1_200 };

const onPglite: Fault = {
  name: 'SIGKILL on PGlite',
  about: 'server (with its loop) and simulator are killed in turn while clips are asked for',
  run: (ground) => rounds(ground, null),
};

const onPostgres: Fault = {
  name: 'SIGKILL on PostgreSQL',
  about: 'one of server, two workers and simulator is killed while clips are asked for',
  run: async (ground) => (ground.postgresUrl ? rounds(ground, ground.postgresUrl) : 'no PostgreSQL is reachable'),
};

export const kills = [onPglite, onPostgres];

async function rounds({ long, say }: Ground, databaseUrl: string | null): Promise<Outcome> {
  const kills = long ? 100 : 3;
  const house = await openHouse({ databaseUrl, workers: databaseUrl ? 2 : 0 });
  try {
    const asked: Asked = new Map();
    const victims = databaseUrl ? ['web', 'worker 0', 'simulator', 'worker 1'] : ['web', 'web', 'simulator'];
    const killed: Record<string, number> = {};
    {
      await using asking = keepAsking(house, asked);
      for (let round = 0; round < kills; round++) {
        await sleep(calmMs.least + Math.random() * (calmMs.most - calmMs.least));
        const victim = victims[round % victims.length] ?? 'web';
        killed[victim] = (killed[victim] ?? 0) + 1;
        await replace(house, victim);
        asking.check();
        if ((round + 1) % 10 === 0) say(`${round + 1} of ${kills} kills, ${asked.size} acknowledged`);
      }
    }
    const { figures, broken } = await count(house, asked);
    return { figures: { kills, ...killed, ...figures }, broken };
  } finally {
    await house.close();
  }
}

function replace(house: House, victim: string): Promise<void> {
  if (victim === 'simulator') return house.replaceSimulator();
  if (victim === 'web') return house.replaceWeb();
  return house.replaceWorker(Number(victim.split(' ')[1]));
}

const askEveryMs = 400;

/** One clip after the other, until the end of the block; whatever is acknowledged is written down. */
export function keepAsking({ client }: House, asked: Asked): AsyncDisposable & { check(): void } {
  const stop = new AbortController();
  let failure: unknown = null;
  const asking = (async () => {
    while (!stop.signal.aborted) {
      const prompt = `take ${asked.size + 1}: a red fox in snow`;
      asked.set(prompt, await client.ask(prompt));
      await sleep(askEveryMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })().catch((error) => {
    failure = error;
  });
  const check = () => {
    if (failure) throw failure;
  };
  return {
    /** Throws what ended it. */
    check,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await asking;
      check();
    },
  };
}
