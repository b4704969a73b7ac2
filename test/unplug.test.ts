import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { unplug } from './unplug.ts';

const within = { timeout: 180_000 };
const postgresUrl = inject('postgresUrl');

describe('power cuts, SIGKILL to product and simulator,', () => {
  it('on PGlite: all asked are stored, each paid once', within, async () => {
    expect(await unplug({ prompts: 6, kills: 3 })).toMatchObject({ asked: 6, stored: 6, paid: 6, booked: 6, lost: 0 });
  });

  if (postgresUrl) {
    it('on PostgreSQL: all asked are stored, each paid once', within, async () => {
      const schema = `unplug_${randomBytes(4).toString('hex')}`;
      try {
        const result = await unplug({ prompts: 6, kills: 3, databaseUrl: postgresUrl, schema });
        expect(result).toMatchObject({ asked: 6, stored: 6, paid: 6, booked: 6, lost: 0 });
      } finally {
        const client = new Client({ connectionString: postgresUrl });
        await client.connect();
        await client.query(`drop schema if exists "${schema}" cascade`);
        await client.end();
      }
    });
  }
});
