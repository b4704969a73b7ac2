import { type Row, toAttempt, toVideo } from '#store/rows.ts';
import { type Connection, notify, now, unclaimed } from '#store/sql.ts';
import type { Claimed } from '#video/video.ts';
import { ownOrder, rests } from './line.ts';

type ClaimedRow = { video: Row; attempt: Row; at: Date };

export const lease = `${now} + $2::double precision * interval '1 millisecond'`;

export const attemptOf = (videoId: string) =>
  `select * from attempts where video_id = ${videoId} order by n desc limit 1`;

/**
 * Claims the rows that `which` selects: a lease, the next fence number, and the look that is about to happen; the row is
 * answered with the look before it.
 */
const claiming = (which: string, checkedAt = now) => `
  with chosen as (select v.id, v.checked_at from videos v where ${which}),
  claimed as (
    update videos v set claimed_until = ${lease}, claim_seq = v.claim_seq + 1, woken = false, checked_at = ${checkedAt}
    from chosen where v.id = chosen.id
    returning v.*, chosen.checked_at as checked_before
  )
  select row_to_json(v) as video, row_to_json(a) as attempt, ${now} as at
  from claimed v cross join lateral (${attemptOf('v.id')}) a
  order by v.check_at, v.id`;

export const toClaimed = ({ video, attempt, at }: ClaimedRow): Claimed => ({
  video: toVideo({ ...video, checked_at: video.checked_before }),
  attempt: toAttempt(attempt),
  at,
});

// A command asks the provider nothing, so it is no look.
const claimById = claiming(
  `v.id = $3 and ($4::text is null or v.owner_id = $4) and ${unclaimed} for update`,
  'v.checked_at',
);
const claimInLine = claiming(
  `v.provider = $4 and v.resolved_model = any($5::text[]) and v.state = 'queued' and v.check_at is null
    and not ${rests} and ${unclaimed}
  order by ${ownOrder} limit $3 for update skip locked`,
  'v.checked_at',
);

const claimIfDue = claiming(`v.id = $3 and v.check_at <= ${now} and ${unclaimed} for update`);

export async function claimOne(
  { database, now }: Connection,
  id: string,
  ownerId: string | null,
  leaseMs: number,
): Promise<Claimed | 'busy' | null> {
  const [row] = await database.query<ClaimedRow>(claimById, [now(), leaseMs, id, ownerId]);
  if (row) return toClaimed(row);
  const there = await database.query('select 1 from videos where id = $1 and ($2::text is null or owner_id = $2)', [
    id,
    ownerId,
  ]);
  return there.length > 0 ? 'busy' : null;
}

/** What waits in line for one of these models, in an owner's own order. */
export async function claimWaiting(
  { database, now }: Connection,
  provider: string,
  models: string[],
  limit: number,
  leaseMs: number,
): Promise<Claimed[]> {
  const rows = await database.query<ClaimedRow>(claimInLine, [now(), leaseMs, limit, provider, models]);
  return rows.map(toClaimed);
}

/** Claims one video where a look at it is due, as a pass over all would. */
export async function claimDue({ database, now }: Connection, id: string, leaseMs: number): Promise<Claimed | null> {
  const [row] = await database.query<ClaimedRow>(claimIfDue, [now(), leaseMs, id]);
  return row ? toClaimed(row) : null;
}

export async function renew({ database, now }: Connection, id: string, seq: number, leaseMs: number): Promise<boolean> {
  const renewed = await database.query(
    `update videos set claimed_until = ${lease} where id = $3 and claim_seq = $4 and claimed_until is not null
     returning 1 as renewed`,
    [now(), leaseMs, id, seq],
  );
  return renewed.length > 0;
}

/** Gives claims back as they were; a hint that came meanwhile counts. */
export async function release(connection: Connection, claims: { id: string; seq: number }[]): Promise<void> {
  const { database, now } = connection;
  const given = await database.query(releasing, [now(), claims.map(({ id }) => id), claims.map(({ seq }) => seq)]);
  if (given.length > 0) await notify(connection, database, 'due');
}

const releasing = `
  with given as (
    select v.id from videos v join unnest($2::text[], $3::int[]) as c(id, seq) on c.id = v.id and c.seq = v.claim_seq
    order by v.id for update of v
  )
  update videos v set
    claimed_until = null,
    woken = false,
    check_at = case when v.woken and v.check_at is not null then least(v.check_at, greatest(${now}, v.not_before)) else v.check_at end
  from given where v.id = given.id
  returning 1 as given`;

export async function releaseAllClaims({ database }: Connection): Promise<void> {
  await database.query('update videos set claimed_until = null where claimed_until is not null');
}
