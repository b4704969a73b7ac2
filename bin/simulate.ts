// `npm run simulate [-- --videos N | --seed N | --unguarded]`: worlds without end, the story of one, or worlds that must break.
import { availableParallelism } from 'node:os';
import { policies, runPolicy } from '../test/simulation/policies.ts';
import { firstBroken, type Summary, storyOf, tryWorld } from '../test/simulation/run.ts';
import { sabotages } from '../test/simulation/sabotage.ts';
import { runWorlds } from '../test/simulation/threads.ts';
import { readFlags, wholeNumber } from './flags.ts';

const { videos, seed, unguarded } = readFlags({
  videos: { type: 'string', default: '5000000' },
  seed: { type: 'string' },
  /** Takes the guards of the money away, one by one. */
  unguarded: { type: 'boolean', default: false },
});
const thousands = new Intl.NumberFormat('en-US');
const figures = ({ videos, worlds, jobs, completed, extraPaid, paidAndLost, asked, crashes }: Summary) =>
  `${thousands.format(videos)} videos in ${thousands.format(worlds)} worlds, ${thousands.format(jobs)} paid jobs, ` +
  `${thousands.format(completed)} stored, ${extraPaid} paid twice, ${paidAndLost} paid and lost; ` +
  `${thousands.format(asked)} waiting for an answer, ${thousands.format(crashes)} processes killed`;

async function one(seed: number): Promise<void> {
  const { world, tally } = await tryWorld(seed);
  console.log(await storyOf(world));
  console.log(figures({ ...tally, worlds: 1 }));
  if (world.broken.length + world.errors.length > 0) process.exitCode = 1;
}

async function many(videos: number): Promise<void> {
  const startedMs = performance.now();
  const seconds = () => Math.round((performance.now() - startedMs) / 1_000);
  let toldMs = 0;
  const { sum, stories } = await runWorlds({ videos, seed: 1, threads: availableParallelism() }, (sum) => {
    if (performance.now() - toldMs < 1_000) return;
    toldMs = performance.now();
    const perSecond = (sum.videos / (performance.now() - startedMs)) * 1_000;
    const leftMinutes = Math.max(0, videos - sum.videos) / perSecond / 60;
    console.log(
      `${seconds()} s, ${Math.round(perSecond)} videos a second, ${leftMinutes.toFixed(1)} minutes to go: ${figures(sum)}`,
    );
  });
  for (const story of stories.slice(0, 10))
    console.log(`\n${story}\nAgain: npm run simulate -- --seed N with that seed`);
  console.log(`\n${seconds()} s: ${figures(sum)}; ${stories.length} worlds in which a promise was broken`);
  if (stories.length > 0) process.exitCode = 1;
  console.log('\n1,000 videos at one provider that lists its jobs, each policy in the same weather:');
  for (const policy of policies) {
    const seeds = Array.from({ length: 10 }, (_, i) => i + 1);
    const { succeeded, extraPaid, paidAndLost, asked } = await runPolicy(policy, seeds);
    console.log(
      `${policy}: ${succeeded} succeeded, ${extraPaid} extra paid, ${paidAndLost} paid and lost, ${asked} asked`,
    );
  }
}

async function withoutGuards(): Promise<void> {
  for (const [name, sabotage] of Object.entries(sabotages)) {
    const world = await firstBroken(sabotage);
    console.log(`\n── without a guard: ${name}`);
    console.log(
      world ? `   noticed in seed ${world.seed}: ${world.broken[0]?.message}` : '   NOT NOTICED in any world',
    );
    if (!world) process.exitCode = 1;
  }
}

if (unguarded) await withoutGuards();
else await (seed === undefined ? many(wholeNumber('videos', videos)) : one(wholeNumber('seed', seed)));
