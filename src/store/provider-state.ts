import { type Connection, now, unclaimed } from './sql.ts';

/** So many creates in a row with an unclear outcome stop a provider's starts. */
export const unclearStartsAllowed = 2;

/** Counts unclear creates in a row; a clear one forgets them, and lets starts go on. */
export async function recordStart(
  { database, now: time }: Connection,
  provider: string,
  unclear: boolean,
): Promise<void> {
  if (!unclear) return resume(database, provider);
  await database.query(
    `insert into provider_state as p (provider, unclear_starts) values ($2, 1)
     on conflict (provider) do update set
       unclear_starts = p.unclear_starts + 1,
       stopped_at = case when p.unclear_starts + 1 >= ${unclearStartsAllowed} then coalesce(p.stopped_at, ${now}) end`,
    [time(), provider],
  );
}

export async function startsStopped({ database }: Connection, provider: string): Promise<boolean> {
  const stopped = await database.query('select 1 from provider_state where provider = $1 and stopped_at is not null', [
    provider,
  ]);
  return stopped.length > 0;
}

export async function resumeStarts({ database }: Connection, provider: string): Promise<void> {
  await resume(database, provider);
}

async function resume(database: Connection['database'], provider: string): Promise<void> {
  await database.query(
    `update provider_state set unclear_starts = 0, stopped_at = null
     where provider = $1 and (unclear_starts > 0 or stopped_at is not null)`,
    [provider],
  );
}

/**
 * Another job of the provider was looked at since then and got a real answer. Not one that is being looked at just now,
 * nor one whose file cannot be had: their last answer may be older.
 */
export async function hasOtherAnswers(
  { database, now: time }: Connection,
  provider: string,
  exceptVideoId: string,
  since: Date,
): Promise<boolean> {
  const answered = await database.query(
    `select 1 from videos v
     cross join lateral (select * from attempts where video_id = v.id order by n desc limit 1) a
     where v.provider = $2 and v.id <> $3 and v.checked_at >= $4 and ${unclaimed}
       and a.operation is not null and a.checks > 0
       and not jsonb_exists_any(a.watch, array['missing', 'trouble', 'downloads'])
     limit 1`,
    [time(), provider, exceptVideoId, since],
  );
  return answered.length > 0;
}
