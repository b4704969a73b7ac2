import { type Connection, now, unclaimed } from '#store/sql.ts';

/** When a claim or an admission could next find work: a due look, the end of a lease, the end of a queued one's rest. */
export async function nextDue(
  { database, now: time }: Connection,
  except: string[] = [],
): Promise<{ at: Date | null; now: Date }> {
  const [row] = await database.query<{ at: Date | null; now: Date }>(statement, [time(), except]);
  if (!row) throw new Error('the database told no time');
  return row;
}

// A claimed row can only come first where its own time is before that of every free one: few rows, by the index.
const statement = `
  with free as (
    select v.check_at from videos v
    where v.check_at is not null and ${unclaimed} and (v.state = 'storing' or v.provider <> all($2::text[]))
    order by v.check_at limit 1
  )
  select least(
    (select check_at from free),
    (select min(greatest(v.check_at, v.claimed_until)) from videos v
      where v.check_at <= coalesce((select check_at from free), 'infinity') and not ${unclaimed}
        and (v.state = 'storing' or v.provider <> all($2::text[]))),
    (select min(v.not_before) from videos v
      where v.state = 'queued' and v.check_at is null and v.not_before > ${now})
  ) as at, ${now} as now`;

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
