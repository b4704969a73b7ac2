import type { Hold } from '#engine/system.ts';
import type { Queryable } from '#store/database/database.ts';
import { toJson } from '#store/json.ts';
import { type Connection, notify, now, unclaimed } from '#store/sql.ts';
import { type Circuit, type CircuitNews, changed, closed, isHeld } from '#video/circuit.ts';
import type { JsonObject } from '#video/video.ts';

type CircuitRow = {
  now: Date;
  unclear_starts: number | null;
  stopped_at: Date | null;
  failures: number;
  failing_since: Date | null;
  failing_video: string | null;
  opened_at: Date | null;
  next_try_at: Date | null;
  tries: number;
  trial_at: Date | null;
};

/**
 * What happened at a provider, and what that makes of its circuit, which all processes share. Mostly nothing, and then
 * nothing is written. Opening and closing are events; what was admitted and not yet sent waits again.
 */
export async function changeCircuit(connection: Connection, provider: string, news: CircuitNews): Promise<boolean> {
  const { database } = connection;
  const { circuit, at } = await read(connection, database, provider);
  const answered =
    news.kind === 'trouble' &&
    circuit.failingSince !== null &&
    (await hasOtherAnswers(connection, provider, news.videoId, circuit.failingSince));
  const change = news.kind === 'trouble' ? { ...news, answered } : news;
  if (changed(circuit, change, at) === circuit) return false;
  return database.transaction(async (tx) => {
    await tx.query(
      'insert into provider_state (provider, unclear_starts) values ($1, 0) on conflict (provider) do nothing',
      [provider],
    );
    const before = (await read(connection, tx, provider, 'lock')).circuit;
    const after = changed(before, change, at);
    if (after === before) return false;
    await tx.query(
      `update provider_state set unclear_starts = $2, stopped_at = $3, failures = $4, failing_since = $5,
         failing_video = $6, opened_at = $7, next_try_at = $8, tries = $9, trial_at = $10
       where provider = $1`,
      [
        provider,
        after.unclearStarts,
        after.stoppedAt,
        after.failures,
        after.failingSince,
        after.failingVideo,
        after.openedAt,
        after.nextTryAt,
        after.tries,
        after.trialAt,
      ],
    );
    if (isHeld(after) && !after.trialAt) await tx.query(takeBack, [connection.now(), provider]);
    const event = circuitEvent(provider, before, after);
    if (event) {
      await tx.query(
        `insert into events (at, type, actor, data) values (${now}, $2, '{"type": "system"}', $3::jsonb)`,
        [connection.now(), event.type, toJson(event.data)],
      );
    }
    await notify(connection, tx, 'due', ...(event ? (['events'] as const) : []));
    return true;
  });
}

/** Opening and closing are worth writing down; tries are not. */
export function circuitEvent(
  provider: string,
  before: Circuit,
  after: Circuit,
): { type: 'circuit_opened' | 'circuit_closed'; data: JsonObject } | null {
  if (isHeld(before) && !isHeld(after)) return { type: 'circuit_closed', data: { provider } };
  const opened = (!before.openedAt && after.openedAt) || (!isHeld(before) && after.stoppedAt);
  return opened ? { type: 'circuit_opened', data: { provider, starts_only: after.openedAt === null } } : null;
}

async function read(
  { now: time }: Connection,
  on: Queryable,
  provider: string,
  locks: 'lock' | null = null,
): Promise<{ circuit: Circuit; at: Date }> {
  if (locks) await on.query('select 1 from provider_state where provider = $1 for update', [provider]);
  const [row] = await on.query<CircuitRow>(
    `select ${now} as now, p.* from (select 1) as one left join provider_state p on p.provider = $2`,
    [time(), provider],
  );
  if (!row) throw new Error('the database told no time');
  if (row.unclear_starts === null) return { circuit: closed, at: row.now };
  return { circuit: toCircuit(row), at: row.now };
}

const toCircuit = (row: CircuitRow): Circuit => ({
  unclearStarts: row.unclear_starts ?? 0,
  stoppedAt: row.stopped_at,
  failures: row.failures,
  failingSince: row.failing_since,
  failingVideo: row.failing_video,
  openedAt: row.opened_at,
  nextTryAt: row.next_try_at,
  tries: row.tries,
  trialAt: row.trial_at,
});

/** What was let in and not yet sent; locked by id, as every save does it, or the two could wait for each other. */
export const takeBack = `
  with locked as (
    select v.id from videos v
    where v.provider = $2 and v.state = 'queued' and v.check_at is not null and ${unclaimed}
    order by v.id for update
  )
  update videos v set check_at = null from locked where v.id = locked.id`;

/** The providers that something is held back from. */
export async function holds({ database }: Connection): Promise<Hold[]> {
  const rows = await database.query<CircuitRow & { provider: string; paused_at: Date | null }>(
    `select * from provider_state
     where paused_at is not null or stopped_at is not null or opened_at is not null order by provider`,
  );
  return rows.map((row) => ({
    provider: row.provider,
    pausedAt: row.paused_at,
    stoppedAt: row.stopped_at,
    openedAt: row.opened_at,
    nextTryAt: row.next_try_at,
    trialAt: row.trial_at,
  }));
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
