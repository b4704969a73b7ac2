import { setTimeout as sleep } from 'node:timers/promises';
import { createFal } from '@ai-sdk/fal';
import { experimental_startVideo as startVideo } from 'ai';
import OpenAI from 'openai';
import { freePort } from '../e2e/product.ts';
import { brokenAmong, type Fault, type Ground, type Outcome } from './fault.ts';
import { type House, openHouse } from './house.ts';
import { type FaultProxy, openProxy } from './proxy.ts';

export const lostAnswers: Fault = {
  name: 'the answer to a create is lost',
  about: 'a proxy passes the create on and drops its answer: POSTs that arrive, ours beside vendor SDKs as they come',
  async run(ground) {
    const simulatorPort = await freePort();
    const proxy = await openProxy({ port: simulatorPort });
    const line = `http://127.0.0.1:${proxy.port}`;
    const house = await openHouse({
      databaseUrl: null,
      simulatorPort,
      env: { OPENAI_BASE_URL: `${line}/v1`, OPENAI_API_KEY: 'sk-test' },
    });
    try {
      return await compare(ground, house, proxy, line);
    } finally {
      await house.close();
      await proxy.close();
    }
  },
};

async function compare({ long, say }: Ground, house: House, proxy: FaultProxy, line: string): Promise<Outcome> {
  const takes = long ? 5 : 1;
  const ours: number[] = [];
  const states: (string | undefined)[] = [];
  for (let n = 1; n <= takes; n++) {
    const prompt = `take ${n}: a red fox in snow`;
    proxy.set({ kind: 'deaf', to: 'POST' });
    const id = await house.client.ask(prompt, { model: 'openai/default' });
    await until(async () => (await postsOf(house, prompt)) > 0);
    proxy.set({ kind: 'clear' });
    const [video] = await house.client.over([id], 180_000);
    states.push((await house.client.isIntact(video ?? null)) ? 'stored' : video?.state);
    ours.push(await postsOf(house, prompt));
    say(`take ${n}: ${ours.at(-1)} POST, ${states.at(-1)}`);
  }
  proxy.set({ kind: 'deaf', to: 'POST' });
  const [openai, ai] = await Promise.all([
    tried(house, 'a fox by openai', (prompt) =>
      new OpenAI({ baseURL: `${line}/v1`, apiKey: 'sk-test' }).videos.create({ prompt, seconds: '4' }),
    ),
    tried(house, 'a fox by ai', (prompt) => startVideo({ model: falModel(line), prompt, duration: 8 })),
  ]);
  proxy.set({ kind: 'clear' });
  const stored = states.filter((state) => state === 'stored').length;
  return {
    figures: {
      'answers lost': takes,
      'our POSTs per lost answer': ours.reduce((sum, n) => sum + n, 0) / takes,
      'stored all the same': stored,
      'POSTs of openai 7.55.0': openai,
      'POSTs of ai 7.0.173 with fal': ai,
    },
    broken: brokenAmong({
      'each of our creates is sent once': ours.every((n) => n === 1),
      'each clip is found and stored': stored === takes,
      'SDKs send again what is lost here, so the proxy does what it should': openai > 1 && ai > 1,
    }),
  };
}

type AnyModel = Exclude<Parameters<typeof startVideo>[0]['model'], string>;

/** As its authors deliver it, at the simulator instead of fal. */
const falModel = (line: string) =>
  createFal({
    apiKey: 'key',
    fetch: (url, init) => fetch(String(url).replace('https://queue.fal.run', `${line}/fal`), init),
    // Every package of the SDK brings a patch version of the interface with it.
  }).video('fal-ai/veo3/fast') as unknown as AnyModel;

/** How many POSTs a call makes that is never answered. */
async function tried(house: House, prompt: string, call: (prompt: string) => PromiseLike<unknown>): Promise<number> {
  const answered = await Promise.resolve(call(prompt)).then(
    () => true,
    () => false,
  );
  if (answered) throw new Error('the answer was not lost');
  return postsOf(house, prompt);
}

/** POSTs that reached the simulator; each made a job, or was answered with the one of its key. */
async function postsOf({ simulator }: House, prompt: string): Promise<number> {
  const { jobs } = await simulator.ledger();
  return jobs.filter((job) => job.prompt === prompt).reduce((sum, { posts }) => sum + posts, 0);
}

/** After several lost answers the provider is left alone for minutes before the next create. */
const arrivesWithinMs = 300_000;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + arrivesWithinMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('the create does not arrive');
    await sleep(50);
  }
}
