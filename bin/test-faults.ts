// `npm run test:faults`: everything that can go wrong around the product, done to it, each bounded and with its figures.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { faults } from '../test/faults/all.ts';
import type { Fault, Outcome } from '../test/faults/fault.ts';
import { record } from '../test/faults/record.ts';
import { findPostgres } from '../test/postgres.ts';
import { pick, readFlags } from './flags.ts';

const longestMs = 30 * 60_000;

const values = readFlags({
  /** Part of a name; may be given several times. */
  only: { type: 'string', multiple: true, default: [''] },
  /** As in `npm test`: seconds each. */
  short: { type: 'boolean', default: false },
  /** Writes the figures into docs/faults.md. */
  record: { type: 'boolean', default: false },
  /** One, in a process of its own. */
  alone: { type: 'string' },
});

if (values.alone === undefined) await runAll();
else await runAlone(values.alone);

async function runAll(): Promise<void> {
  let broken = 0;
  for (const fault of pick('only', values.only, faults)) {
    console.log(`\n── ${fault.name}: ${fault.about}`);
    const startedMs = Date.now();
    const outcome = await apart(fault);
    const seconds = Math.round((Date.now() - startedMs) / 1_000);
    if (typeof outcome === 'string') {
      console.log(`   left out: ${outcome}`);
      continue;
    }
    for (const [what, figure] of Object.entries(outcome.figures)) console.log(`   ${what.padEnd(44)} ${figure}`);
    for (const promise of outcome.broken) console.log(`   BROKEN: ${promise}`);
    console.log(`── ${outcome.broken.length === 0 ? 'held' : 'BROKEN'}, ${seconds} s`);
    if (values.record && !values.short) record(fault, outcome, seconds);
    broken += outcome.broken.length === 0 ? 0 : 1;
  }
  process.exitCode = broken === 0 ? 0 : 1;
}

/** In a group of processes that ends as a whole, whatever becomes of it. */
async function apart({ name }: Fault): Promise<Outcome | string> {
  const flags = values.short ? ['--short'] : [];
  const child = fork(import.meta.filename, ['--alone', name, ...flags], { detached: true, stdio: 'inherit' });
  const end = () => {
    try {
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  const interrupted = () => {
    end();
    process.exit(130);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const ended = once(child, 'exit').then(([code]) => ({ figures: {}, broken: [`it runs to its end (${code})`] }));
    const late = AbortSignal.timeout(longestMs);
    const told = once(child, 'message', { signal: late }).then(
      ([outcome]) => outcome as Outcome | string,
      () => (late.aborted ? { figures: {}, broken: [`it ends within ${longestMs / 60_000} minutes`] } : ended),
    );
    return await Promise.race([told, ended]);
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    end();
  }
}

async function runAlone(name: string): Promise<void> {
  const fault = faults.find((one) => one.name === name);
  if (!fault) throw new Error(`there is no fault "${name}"`);
  const postgresUrl = await findPostgres(process.env);
  const say = (line: string) => console.log(`   ${line}`);
  const outcome = await fault.run({ postgresUrl, long: !values.short, say });
  process.send?.(outcome, () => process.exit());
}
