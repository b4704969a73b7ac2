// `npm run test:mutation [-- money start …]`: changes the rules one by one, in every small way that Stryker knows, and
// counts the changes that no test notices. What was found before, and did not change since, is tried again only where
// its file is named.
import { globSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { refuse } from './flags.ts';
import { houseDir } from './setup/house.mjs';

type Mutant = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

const leastPercent = 80;
const noRules = ['src/video/testing.ts', ...globSync('src/video/**/*.test.ts', { cwd: houseDir })];
/** What is changed, by the room whose own tests must notice. */
const groups = {
  video: globSync('src/video/**/*.ts', { cwd: houseDir, exclude: noRules }).sort(),
  engine: ['start', 'resolve', 'submit'].map((name) => `src/engine/${name}.ts`),
};

const isNoticed = ({ status }: Mutant) => status === 'Killed' || status === 'Timeout';
const isMissed = ({ status }: Mutant) => status === 'Survived' || status === 'NoCoverage';
const fileOf = ({ fileName }: Mutant) => relative(houseDir, fileName);

/** A line of the table. Too low a share is a failure of the whole command. */
function lineOf(name: string, mutants: Mutant[]): string {
  const noticed = mutants.filter(isNoticed).length;
  const missed = mutants.filter(isMissed).length;
  const percent = (100 * noticed) / (noticed + missed);
  if (percent < leastPercent) process.exitCode = 1;
  return `| ${name} | ${noticed} | ${missed} | ${mutants.length - noticed - missed} | ${percent.toFixed(1)} % |`;
}

process.chdir(houseDir);
const named = process.argv.slice(2);
const names = Object.values(groups).flatMap((files) => files.map((file) => basename(file, '.ts')));
const unknown = named.filter((name) => !names.includes(name));
if (unknown.length > 0) refuse(`${unknown.join(', ')}: there are ${names.join(', ')}`);
for (const [room, files] of Object.entries(groups)) {
  const mutate = files.filter((file) => named.length === 0 || named.some((name) => file.endsWith(`/${name}.ts`)));
  if (mutate.length === 0) continue;
  const stryker = new Stryker({
    mutate,
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutation/vitest.config.ts', dir: `src/${room}`, related: false },
    plugins: ['@stryker-mutator/vitest-runner', './test/mutation/sentences.ts'],
    ignorers: ['sentences'],
    coverageAnalysis: 'perTest',
    incremental: true,
    incrementalFile: `.mutation/${room}.json`,
    // It does not see that a new test reaches what runs when a file is loaded.
    force: named.length > 0,
    concurrency: 2,
    // What no test here reads; and it would rewrite the tsconfig by an API that TypeScript 7 has no more.
    ignorePatterns: ['.next', '.dailies', 'bench', 'src/app', 'src/ui', 'tsconfig.json'],
    reporters: ['progress-append-only'],
  });
  // Of the files that were not named, it tells what it found before.
  const mutants = (await stryker.runMutationTest()).filter((mutant) => mutate.includes(fileOf(mutant)));
  for (const mutant of mutants.filter(isMissed)) {
    const change = mutant.replacement?.replace(/\s+/g, ' ').slice(0, 100);
    console.log(`${fileOf(mutant)}:${mutant.location.start.line} ${mutant.mutatorName} → ${change}`);
  }
  console.log('\n| file | noticed | missed | left out | score |\n| --- | --- | --- | --- | --- |');
  for (const file of mutate) {
    const own = mutants.filter((mutant) => fileOf(mutant) === file);
    if (own.length > 0) console.log(lineOf(`\`${file}\``, own));
  }
  console.log(lineOf(`**${room}**`, mutants));
}
