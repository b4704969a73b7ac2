import { type Connection, now } from '#store/sql.ts';

/** The database's time, or the one that tests gave it. */
export async function timeOf({ database, now: time }: Connection): Promise<Date> {
  const [row] = await database.query<{ now: Date }>(`select ${now} as now`, [time()]);
  if (!row) throw new Error('the database told no time');
  return row.now;
}

export async function versionOf({ database }: Connection): Promise<{ kind: 'embedded' | 'server'; version: string }> {
  const [row] = await database.query<{ version: string }>(`select current_setting('server_version') as version`);
  return { kind: database.exclusive ? 'embedded' : 'server', version: row?.version ?? '' };
}
