// `npm run demo:unplug`: twenty prompts, ten power cuts, and what became of each.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { unplug } from '../test/unplug.ts';
import { readFlags, wholeNumber } from './flags.ts';

const values = readFlags({
  prompts: { type: 'string', default: '20' },
  kills: { type: 'string', default: '10' },
  'database-url': { type: 'string' },
});
const wishes = { prompts: wholeNumber('prompts', values.prompts), kills: wholeNumber('kills', values.kills) };

const databaseUrl = values['database-url'];
const schema = `unplug_${randomBytes(4).toString('hex')}`;

try {
  const { asked, stored, paid, booked, lost, kills, videos, seconds } = await unplug({
    ...wishes,
    ...(databaseUrl ? { databaseUrl, schema } : {}),
    say: (line) => console.log(`  ${line}`),
  });
  console.log('\n  take                                  state      submitted  looks  restarts  sha256');
  for (const { id, state, receipt } of videos) {
    const cells = [state.padEnd(10), `${receipt.submissions}×`.padStart(9), String(receipt.checks).padStart(6)];
    console.log(
      `  ${id} ${cells.join(' ')} ${String(receipt.restarts_survived).padStart(9)}  ${receipt.sha256?.slice(0, 12) ?? '-'}`,
    );
  }
  console.log(`\n${asked} asked, ${stored} stored, ${paid} paid, ${lost} lost (${kills} power cuts, ${seconds} s)`);
  console.log(`The simulator billed ${paid} clips, our ledger has ${booked}.`);
  process.exitCode = asked === stored && stored === paid && paid === booked ? 0 : 1;
} finally {
  if (databaseUrl) await dropSchema(databaseUrl, schema);
}

async function dropSchema(url: string, name: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`drop schema if exists "${name}" cascade`);
  await client.end();
}
