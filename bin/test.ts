// Everything that can fail; the last line is the sum of what the suites report of themselves.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgres } from '../test/postgres.ts';
import { build } from './setup/build.mjs';
import { type Count, countChecks, countPlaywright, countVitest } from './suites.ts';

const reportDir = mkdtempSync(join(tmpdir(), 'dailies-test-'));

/** A suite that breaks before it can report has failed once: silence is never a pass. */
async function suite(name: string, run: () => Promise<Count>): Promise<Count> {
  console.log(`\n── ${name}`);
  const startedAt = performance.now();
  const count = await run().catch((error: Error): Count => {
    console.log(`${name} broke off: ${error.message}`);
    return { passed: 0, failed: 1 };
  });
  const executed = count.passed + count.failed;
  if (executed === 0) console.log(`${name} ran no test at all: counted as failed`);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(`── ${name}: ${count.passed} passed, ${count.failed} failed in ${seconds} s`);
  return executed === 0 ? { passed: 0, failed: 1 } : count;
}

const counts = [await suite('static checks', countChecks)];
const postgres = await findPostgres(process.env);
if (!postgres) console.log('no PostgreSQL at TEST_DATABASE_URL or 127.0.0.1:5432: these suites run on PGlite alone');
// Tests of the server ask for its pages too.
counts.push(
  await suite('pages', async () => {
    await build();
    return { passed: 1, failed: 0 };
  }),
);
// Side by side: much of either is waiting for a clock, a file or a browser.
counts.push(
  ...(await Promise.all([
    suite('unit and integration', () => countVitest(join(reportDir, 'vitest.json'))),
    suite('end to end', () => countPlaywright(join(reportDir, 'playwright.json'), join(reportDir, 'playwright.txt'))),
  ])),
);
rmSync(reportDir, { recursive: true, force: true });

const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
process.exitCode = failed > 0 ? 1 : 0;
console.log(`\n${passed} passed, ${failed} failed`);
