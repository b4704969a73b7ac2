import { type Connection, now } from '#store/sql.ts';

/**
 * A bucket for `perMinute`: it holds a tenth of a minute's requests and refills by the rest, so that no 60 s see more
 * than `perMinute`, wherever they begin.
 */
export function bucketOf(perMinute: number): { size: number; perMs: number } {
  const size = Math.max(1, Math.floor(perMinute / 10));
  return { size, perMs: Math.max(perMinute - size, perMinute / 2) / 60_000 };
}

/** Takes what is there of what is wanted; in one row, so that all processes draw from one bucket. */
export async function takeTokens(
  { database, now: time }: Connection,
  provider: string,
  want: number,
  perMinute: number,
): Promise<{ granted: number; nextMs: number }> {
  const { size, perMs } = bucketOf(perMinute);
  const parameters = [time(), provider, want, size, perMs];
  let [row] = await database.query<{ granted: number; tokens: number }>(statement, parameters);
  if (!row) {
    await database.query(
      'insert into provider_state (provider, unclear_starts) values ($1, 0) on conflict (provider) do nothing',
      [provider],
    );
    [row] = await database.query<{ granted: number; tokens: number }>(statement, parameters);
  }
  if (!row) throw new Error(`no bucket for ${provider}`);
  return { granted: row.granted, nextMs: Math.ceil(Math.max(0, 1 - row.tokens) / perMs) };
}

const statement = `
  with bucket as (
    select provider, greatest(refilled_at, ${now}) as at, least($4::double precision, case
      when tokens is null then $4
      else tokens + $5::double precision * greatest(0, extract(epoch from ${now} - refilled_at)::double precision * 1000)
    end) as held
    from provider_state where provider = $2 for update
  )
  update provider_state p
  set tokens = b.held - least($3::int, floor(b.held)), refilled_at = b.at
  from bucket b where p.provider = b.provider
  returning least($3::int, floor(b.held))::int as granted, p.tokens`;

/** Puts back what was not used; what exceeds the bucket's size is lost at the next taking. */
export async function giveTokens({ database }: Connection, provider: string, tokens: number): Promise<void> {
  await database.query('update provider_state set tokens = tokens + $2 where provider = $1', [provider, tokens]);
}
