import { describe, expect, inject, test } from 'vitest';
import { faults } from './all.ts';
import { badLines } from './bad-lines.ts';
import { kills } from './kills.ts';

const postgresUrl = inject('postgresUrl');

// These have short forms of their own: test/unplug.test.ts, database-line.test.ts.
const elsewhere = [...kills, ...badLines.filter(({ name }) => name.includes('PostgreSQL'))];

/** Too long for every run: `npm run test:faults -- --short`. Their rules have tests on virtual time beside the engine. */
const byHand = [
  'readers that hardly read',
  '5,000 live streams',
  'clocks three hours off',
  'the provider is down for ten minutes',
];

describe('in short:', { timeout: 300_000 }, () => {
  test.each(faults.filter((fault) => !elsewhere.includes(fault) && !byHand.includes(fault.name)))(
    '$name',
    async (fault) => {
      const outcome = await fault.run({ postgresUrl, long: false, say: () => undefined });
      if (typeof outcome === 'string') console.log(`${fault.name}: left out, ${outcome}`);
      else expect(outcome.broken, JSON.stringify(outcome.figures)).toEqual([]);
    },
  );
});
