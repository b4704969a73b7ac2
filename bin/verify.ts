// The static checks, side by side; one line for each, and the output of those that fail.
import { checks, runCheck } from './checks.ts';

const verdicts = await Promise.all(
  checks.map(async (check) => {
    const verdict = await runCheck(check);
    console.log(
      `${verdict.passed ? 'ok    ' : 'FAILED'} ${check.name.padEnd(8)} ${verdict.seconds} s   ${check.about}`,
    );
    return verdict;
  }),
);

for (const { name, output, passed } of verdicts) {
  if (!passed) console.log(`\n${name}:\n${output}`);
}
process.exitCode = verdicts.every(({ passed }) => passed) ? 0 : 1;
