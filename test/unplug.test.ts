import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { unplug } from './unplug.ts';

const within = { timeout: 400_000 };
/** So short that a cut may hit any step, from the create to the copy. */
const short = { prompts: 4, kills: 2, renderSeconds: 1 };
const postgresUrl = inject('postgresUrl');

describe('power cuts, SIGKILL to product and simulator,', () => {
  it('on PGlite: all asked are stored, each paid once', within, async () => {
    expect(await unplug(short)).toMatchObject({ asked: 4, stored: 4, paid: 4, booked: 4, lost: 0 });
  });

  if (postgresUrl) {
    it('on PostgreSQL: all asked are stored, each paid once', within, async () => {
      const schema = `unplug_${randomBytes(4).toString('hex')}`;
      try {
        const result = await unplug({ ...short, databaseUrl: postgresUrl, schema });
        expect(result).toMatchObject({ asked: 4, stored: 4, paid: 4, booked: 4, lost: 0 });
      } finally {
        const client = new Client({ connectionString: postgresUrl });
        await client.connect();
        await client.query(`drop schema if exists "${schema}" cascade`);
        await client.end();
      }
    });
  }
});
