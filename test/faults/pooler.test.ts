import { afterEach, describe, expect, inject, it } from 'vitest';
import { openPostgres } from '#store/database/postgres.ts';
import { openPooler, type Pooler } from './pooler.ts';

const url = inject('postgresUrl');
let pooler: Pooler;
afterEach(() => pooler.close());

async function connectThrough(mode: 'transaction' | 'session') {
  const through = new URL(url ?? '');
  pooler = await openPooler({ host: through.hostname, port: Number(through.port || 5432) }, mode);
  through.host = `127.0.0.1:${pooler.port}`;
  return openPostgres({ url: through.href, schema: 'public', poolSize: 2 });
}

describe.runIf(url)('a pooler before PostgreSQL', () => {
  it('that lends connections for a session is as good as the server', async () => {
    const database = await connectThrough('session');
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
    expect(await database.transaction((tx) => tx.query('select 2 as two'))).toEqual([{ two: 2 }]);
    await database.close();
  });

  it('that lends them for a transaction is refused at the start, in one line', async () => {
    await expect(connectThrough('transaction')).rejects.toThrow(/^DATABASE_URL leads to a pooler .* session mode, .*$/);
  });
});
