import { setTimeout as sleep } from 'node:timers/promises';
import { type Asked, count } from './count.ts';
import { brokenAmong, type Fault, type Ground, type Outcome } from './fault.ts';
import { openHouse } from './house.ts';
import { keepAsking } from './kills.ts';
import { type OwnPostgres, openOwnPostgres } from './own-postgres.ts';

export const databaseStops: Fault = {
  name: 'PostgreSQL stops and starts',
  about: 'a PostgreSQL of our own is away for 0–2 s every 5–10 s, every second time by a crash; nobody is restarted',
  async run(ground) {
    const postgres = await openOwnPostgres();
    if (!postgres) return 'no initdb is installed here, or nobody but root could run it';
    try {
      return await chaos(ground, postgres);
    } finally {
      await postgres.remove();
    }
  },
};

async function chaos({ long, say }: Ground, postgres: OwnPostgres): Promise<Outcome> {
  const house = await openHouse({ databaseUrl: postgres.url, workers: long ? 2 : 1 });
  try {
    const asked: Asked = new Map();
    const endMs = Date.now() + (long ? 180_000 : 5_000);
    let stops = 0;
    let awayMs = 0;
    {
      await using asking = keepAsking(house, asked);
      while (Date.now() < endMs) {
        await sleep(long ? 5_000 + Math.random() * 5_000 : 1_500);
        const startedMs = Date.now();
        await postgres.stop(stops++ % 2 === 0 ? 'fast' : 'immediate');
        await sleep(Math.random() * 2_000);
        await postgres.start();
        awayMs += Date.now() - startedMs;
        asking.check();
        say(`stop ${stops}, ${asked.size} acknowledged`);
      }
    }
    const { figures, broken } = await count(house, asked);
    const ended = house.ended();
    return {
      figures: { stops, 'seconds away': Math.round(awayMs / 1_000), ...figures, 'processes that ended': ended },
      broken: [...broken, ...brokenAmong({ 'no process of ours ends with its database': ended === 0 })],
    };
  } finally {
    await house.close();
  }
}
