import { isTerminal } from '../../src/video/video.ts';
import { openWorld, type SimulatedWorld } from '../simulated-world.ts';
import { brokenAmong, type Fault, type Outcome } from './fault.ts';

/** Seconds of the world in one real second: ten minutes take five. */
const speed = 120;

const rateStorm: Fault = {
  name: 'a storm of 429',
  about: 'every create is refused twice and every job answers 429 five times, with `Retry-After: 20`',
  async run({ long }) {
    await using world = await openWorld({ speed });
    const takes = long ? 60 : 10;
    const prompt = '[create-http:429x2] [http:429x5] [retry-after:20] [render:30]';
    return await countIn(world, await ask(world, takes, prompt));
  },
};

const outage: Fault = {
  name: 'the provider is down for ten minutes',
  about: 'in the middle of its jobs, and while more are asked for; the time runs 120 times as fast',
  async run({ long }) {
    await using world = await openWorld({ speed });
    const takes = long ? 30 : 6;
    const ids = await ask(world, takes, '[render:120]');
    for (const id of ids) await world.until(id, 'running');
    await world.away(600_000, async () => {
      ids.push(...(await ask(world, takes, '[render:20]', takes)));
    });
    return await countIn(world, ids);
  },
};

export const badProviders = [rateStorm, outage];

async function ask(world: SimulatedWorld, takes: number, directives: string, after = 0): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 1; n <= takes; n++) ids.push(await world.ask(`take ${after + n} ${directives}`));
  return ids;
}

async function countIn(world: SimulatedWorld, ids: string[]): Promise<Outcome> {
  for (const id of ids)
    await world.until(id, ({ video }) => isTerminal(video.state) || video.state === 'needs_decision');
  const { completed = 0, failed = 0 } = await world.system.store.count(null);
  const { creates } = world.ledger();
  const early = await earlyLooks(world, ids);
  return {
    figures: {
      takes: ids.length,
      completed,
      failed,
      'POSTs that arrived': world.posts().length,
      'jobs that the simulator made': creates.accepted,
      'looks before Retry-After was over': early,
    },
    broken: brokenAmong({
      'all are completed': completed === ids.length,
      'each is paid once': creates.accepted === ids.length,
      'Retry-After is kept': early === 0,
    }),
  };
}

async function earlyLooks(world: SimulatedWorld, ids: string[]): Promise<number> {
  let early = 0;
  for (const id of ids) {
    const looks = await world.looks(id);
    looks.forEach((look, i) => {
      const next = looks[i + 1];
      if (look.status === 429 && next && next.at.getTime() - look.at.getTime() < 19_000) early++;
    });
  }
  return early;
}
