// `npm run test:mutation [-- money start …]`: changes the rules one by one, in every small way that Stryker knows, and
// counts the changes that no test notices. What was found before, and did not change since, is not tried again.
import { globSync } from 'node:fs';
import { relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { houseDir } from './setup/house.mjs';

type Mutants = Awaited<ReturnType<Stryker['runMutationTest']>>;

const leastPercent = 80;
const noRules = ['src/video/testing.ts', ...globSync('src/video/*.test.ts', { cwd: houseDir })];
/** What is changed, by the room whose own tests must notice. */
const groups = {
  video: globSync('src/video/*.ts', { cwd: houseDir, exclude: noRules }).sort(),
  engine: ['start', 'resolve', 'submit'].map((name) => `src/engine/${name}.ts`),
};

const detected = ['Killed', 'Timeout'];
const undetected = ['Survived', 'NoCoverage'];

/** Of the changes that were tried, how many were noticed, in percent. */
function score(mutants: Mutants): string {
  const noticed = mutants.filter(({ status }) => detected.includes(status)).length;
  const missed = mutants.filter(({ status }) => undetected.includes(status)).length;
  if (noticed + missed === 0) return '–';
  const percent = (100 * noticed) / (noticed + missed);
  if (percent < leastPercent) process.exitCode = 1;
  return `${noticed} | ${missed} | ${percent.toFixed(1)} %`;
}

process.chdir(houseDir);
const named = process.argv.slice(2);
for (const [room, files] of Object.entries(groups)) {
  const mutate = files.filter((file) => named.length === 0 || named.some((name) => file.endsWith(`/${name}.ts`)));
  if (mutate.length === 0) continue;
  const mutants = await new Stryker({
    mutate,
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutation/vitest.config.ts', dir: `src/${room}`, related: false },
    plugins: ['@stryker-mutator/vitest-runner', './test/mutation/sentences.ts'],
    ignorers: ['sentences'],
    coverageAnalysis: 'perTest',
    incremental: true,
    incrementalFile: `.mutation/${room}.json`,
    concurrency: 2,
    // What no test here reads; and it would rewrite the tsconfig by an API that TypeScript 7 has no more.
    ignorePatterns: ['.next', '.dailies', 'bench', 'src/app', 'src/ui', 'tsconfig.json'],
    reporters: ['progress-append-only'],
  }).runMutationTest();
  const survivors = mutants.filter(({ status }) => undetected.includes(status));
  for (const { fileName, location, mutatorName, replacement } of survivors) {
    const change = replacement?.replace(/\s+/g, ' ').slice(0, 100);
    console.log(`${relative(houseDir, fileName)}:${location.start.line} ${mutatorName} → ${change}`);
  }
  console.log('\n| file | noticed | missed | score |\n| --- | --- | --- | --- |');
  for (const file of mutate) {
    const own = mutants.filter(({ fileName }) => fileName.endsWith(file));
    if (own.length > 0) console.log(`| \`${file}\` | ${score(own)} |`);
  }
  console.log(`| all of \`${room}\` | ${score(mutants)} |`);
}
