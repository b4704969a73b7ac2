import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../e2e/product.ts';
import { type Asked, count } from './count.ts';
import { brokenAmong, type Fault, type Ground, type Outcome } from './fault.ts';
import { type House, openHouse } from './house.ts';
import { keepAsking } from './kills.ts';
import { type FaultProxy, openProxy, type Weather } from './proxy.ts';

const toSimulator: Fault = {
  name: 'a bad line to the provider',
  about: 'slow, reset, cut in answers, deaf, half-open: in turn, and what is open is broken as well',
  async run(ground) {
    const simulatorPort = await freePort();
    const proxy = await openProxy({ port: simulatorPort });
    const house = await openHouse({
      databaseUrl: null,
      simulatorPort,
      simulatorUrl: () => `http://127.0.0.1:${proxy.port}`,
    });
    return storm(ground, house, proxy, { kind: 'cut', afterBytes: 3_000 });
  },
};

const toDatabase: Fault = {
  name: 'a bad line to PostgreSQL',
  about: 'the same between two workers, the server and their database; nobody is restarted',
  async run(ground) {
    if (!ground.postgresUrl) return 'no PostgreSQL is reachable';
    const direct = new URL(ground.postgresUrl);
    const proxy = await openProxy({ host: direct.hostname, port: Number(direct.port || 5432) });
    direct.host = `127.0.0.1:${proxy.port}`;
    const house = await openHouse({ databaseUrl: ground.postgresUrl, databaseLine: direct.href, workers: 2 });
    return storm(ground, house, proxy, { kind: 'cut', afterBytes: 20_000 });
  },
};

export const badLines = [toSimulator, toDatabase];

/** Weather changes; whatever is on the way is reset or falls silent; in between it is clear for a while. */
async function storm({ long, say }: Ground, house: House, proxy: FaultProxy, cut: Weather): Promise<Outcome> {
  const kinds: Weather[] = [
    { kind: 'slow', latencyMs: 100 },
    { kind: 'deaf' },
    cut,
    { kind: 'down' },
    { kind: 'hole' },
  ];
  const changes = long ? 25 : 2;
  const badMs = long ? 4_000 : 800;
  const asked: Asked = new Map();
  try {
    {
      await using asking = keepAsking(house, asked);
      for (let n = 0; n < changes; n++) {
        const weather = kinds[n % kinds.length] ?? { kind: 'down' };
        proxy.set(weather);
        if (weather.kind === 'hole') proxy.swallow();
        else proxy.reset();
        await sleep(badMs);
        proxy.set({ kind: 'clear' });
        await sleep(badMs / 2);
        asking.check();
        if ((n + 1) % 5 === 0) say(`${n + 1} of ${changes} changes, ${asked.size} acknowledged`);
      }
    }
    const { figures, broken } = await count(house, asked);
    const ended = house.ended();
    return {
      figures: { changes, connections: proxy.connections(), ...figures, 'processes that ended': ended },
      broken: [...broken, ...brokenAmong({ 'no process of ours ends with its line': ended === 0 })],
    };
  } finally {
    await house.close();
    await proxy.close();
  }
}
