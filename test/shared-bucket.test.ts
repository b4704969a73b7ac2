import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, it } from 'vitest';
import { openPostgres } from '../src/store/database/postgres.ts';
import { migrate } from '../src/store/migrate.ts';

const run = promisify(execFile);
const postgresUrl = inject('postgresUrl') ?? '';

it.runIf(postgresUrl)('two processes draw from one bucket', { timeout: 60_000 }, async () => {
  const schema = `bucket_${randomBytes(6).toString('hex')}`;
  const database = await openPostgres({ url: postgresUrl, schema, poolSize: 2 });
  try {
    await migrate(database);
    const perMinute = 1_200;
    const forMs = 1_500;
    const args = [join(import.meta.dirname, 'take-tokens.ts'), postgresUrl, schema, String(perMinute), String(forMs)];
    const startedMs = performance.now();
    const taken = await Promise.all([1, 2].map(async () => Number((await run(process.execPath, args)).stdout)));
    const lastedMs = performance.now() - startedMs;
    const [one = 0, two = 0] = taken;
    const size = perMinute / 10;
    const refilled = ((perMinute - size) / 60_000) * lastedMs;
    expect(Math.min(one, two)).toBeGreaterThan(0);
    expect(one + two).toBeLessThanOrEqual(size + refilled + 1);
    expect(one + two).toBeGreaterThan(size);
  } finally {
    await database.query(`drop schema ${schema} cascade`);
    await database.close();
  }
});
