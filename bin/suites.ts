import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { checks, runCheck } from './checks.ts';
import { childEnvironment, houseDir, inHouse } from './setup/house.mjs';

export interface Count {
  passed: number;
  failed: number;
}

const SUITE_TIMEOUT_MS = 11 * 60_000;

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
  errors: z.array(z.unknown()),
});

export async function countChecks(): Promise<Count> {
  const count = { passed: 0, failed: 0 };
  for (const check of checks) {
    const { passed, seconds, output } = await runCheck(check);
    console.log(`${passed ? 'ok    ' : 'FAILED'} ${check.name} ${seconds} s${passed ? '' : `\n${output}`}`);
    count[passed ? 'passed' : 'failed'] += 1;
  }
  return count;
}

export async function countVitest(reportFile: string): Promise<Count> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const code = await runTool('vitest/vitest.mjs', ['run', ...reporters]);
  const report = vitestReport.parse(JSON.parse(readFileSync(reportFile, 'utf8')));
  // A file that does not load fails without a single test in it.
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return agree(code, { passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length });
}

/** Runs beside another suite: what it prints is kept in a file until it ends. */
export async function countPlaywright(reportFile: string, outputFile: string): Promise<Count> {
  const output = openSync(outputFile, 'w');
  const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile };
  const code = await runTool('@playwright/test/cli.js', ['test', '--reporter=list,json'], env, output);
  closeSync(output);
  console.log(`\n── end to end\n${readFileSync(outputFile, 'utf8')}`);
  const { stats, errors } = playwrightReport.parse(JSON.parse(readFileSync(reportFile, 'utf8')));
  // A flaky test failed once: that is a failure here.
  return agree(code, { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length });
}

/** A suite whose report is clean but which ended badly (an unhandled error, a hung teardown) has failed once. */
function agree(code: number | null, count: Count): Count {
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

/** Runs a package's own script with its output on ours, or in a file; answers its exit code, null when it was killed. */
function runTool(
  script: string,
  args: string[],
  env: NodeJS.Dict<string> = {},
  output: 'inherit' | number = 'inherit',
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [inHouse('node_modules', script), ...args], {
      cwd: houseDir,
      env: { ...childEnvironment(), ...env },
      stdio: ['ignore', output, output],
      timeout: SUITE_TIMEOUT_MS,
    });
    const end = (signal: NodeJS.Signals) => child.kill(signal);
    process.on('SIGINT', end).on('SIGTERM', end);
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('SIGINT', end).off('SIGTERM', end);
      resolve(code);
    });
  });
}
