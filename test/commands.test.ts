import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const houseDir = join(import.meta.dirname, '..');

it.each([
  ['bin/simulate.ts', ['--what'], "Unknown option '--what'; known are --videos,--seed,--unguarded"],
  ['bin/simulate.ts', ['--videos', 'many'], '--videos is "many": it must be a whole number from 1 up'],
  ['bin/simulate.ts', ['--seed', '0'], '--seed is "0": it must be a whole number from 1 up'],
  ['bin/demo-unplug.ts', ['--prompts', '2.5'], '--prompts is "2.5": it must be a whole number from 1 up'],
  ['bin/backup.ts', ['--to'], "Option '--to <value>' argument missing; known are --to,--without-media"],
  ['bin/restore.ts', ['--form', 'x'], "Unknown option '--form'; known are --from,--nothing-sent-since"],
  ['bin/test-faults.ts', ['--only', 'nothing'], '--only is "nothing": there are SIGKILL on PGlite,'],
  ['bench/run.ts', ['--only', 'nothing'], '--only is "nothing": there are sweep,'],
])('%s says one line to %j, and does nothing', (file, flags, line) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...flags], { cwd: houseDir, encoding: 'utf8' });
  expect({ status, stdout, lines: stderr.trim().split('\n').length }).toEqual({ status: 2, stdout: '', lines: 1 });
  expect(stderr).toContain(`dailies: ${line}`);
});
