import type { Created, NewVideo, Once, SaveResult } from '#engine/system.ts';
import { saveOn } from '#store/claims/save-moves.ts';
import type { Queryable } from '#store/database/database.ts';
import { toJson } from '#store/json.ts';
import { reserveWithin } from '#store/money/budget.ts';
import { attemptRows, videoRows } from '#store/rows.ts';
import { type Connection, notify, now, today } from '#store/sql.ts';
import { QueueFull } from '#video/errors/queue-full.ts';
import type { Move } from '#video/lifecycle.ts';
import { addedBy } from '#video/spending.ts';
import { newVideo } from './new-video.ts';
import { earlier } from './once.ts';

/** Rolls everything back. */
class ClaimLost extends Error {
  override name = 'ClaimLost';
}

const videoColumns = videoRows.keysBut('createdAt');

/** Rows, first attempts, reserves and first events in one transaction; nothing where an earlier one is repeated. */
export async function create(
  connection: Connection,
  asked: NewVideo[],
  limit: number,
  once: Once | null = null,
): Promise<Created> {
  const ids = asked.map((video) => video.id);
  return connection.database.transaction(async (tx) => {
    const before = once && (await earlier(connection, tx, once, ids));
    if (before) return { ids: before.resultIds, onceId: before.id, replayed: true };
    await insert(connection, tx, asked, limit);
    return { ids, onceId: once?.id ?? null, replayed: false };
  });
}

/**
 * A move together with the paid attempt that it makes: its own next one, or a new take. Both or none. The budget comes
 * first: its owner's lock is always taken before that of a row.
 */
export async function saveReserving(
  connection: Connection,
  move: Move,
  take: NewVideo | null,
  limit: number,
): Promise<SaveResult> {
  try {
    await connection.database.transaction(async (tx) => {
      if (move.nextAttempt) await reserveNext(connection, tx, move);
      if (take) await insert(connection, tx, [take], limit);
      const [result] = await saveOn(connection, tx, [move]);
      if (result !== 'saved') throw new ClaimLost();
    });
    return 'saved';
  } catch (error) {
    if (error instanceof ClaimLost) return 'fenced';
    throw error;
  }
}

async function reserveNext(connection: Connection, tx: Queryable, move: Move): Promise<void> {
  const [attempt] = await tx.query<{ owner_id: string; estimate: number | null; today: boolean }>(
    `select v.owner_id, a.estimate_micro_usd::float8 as estimate, exists (
       select from ledger where attempt_id = a.id and kind = 'reserve' and day = ${today}) as today
     from attempts a join videos v on v.id = a.video_id where a.id = $2`,
    [connection.now(), move.attemptId],
  );
  if (attempt) await reserveWithin(connection, tx, attempt.owner_id, addedBy(move, attempt.estimate, attempt.today));
}

/** Throws `QueueFull` when an owner's queued exceed `limit`, `BudgetExceeded` when the sum goes over the daily cap. */
async function insert(connection: Connection, tx: Queryable, asked: NewVideo[], limit: number): Promise<void> {
  const begun = asked.map(newVideo);
  const events = asked.map(({ id, ownerId, actor, data }) => ({ id, ownerId, actor, data }));
  for (const [ownerId, mine] of Map.groupBy(asked, (video) => video.ownerId)) {
    const wanted = mine.reduce((sum, { attempt }) => sum + (attempt.estimateMicroUsd ?? 0), 0);
    // Counting and adding is one step per owner, or two requests at once would both still find room.
    await reserveWithin(connection, tx, ownerId, wanted);
    const [queue] = await tx.query<{ queued: number; most: number }>(
      `select count(*)::int as queued, coalesce((select max_queued from owner_limits where owner_id = $1), $2::int) as most
       from videos where owner_id = $1 and state = 'queued'`,
      [ownerId, limit],
    );
    if (queue && queue.queued + mine.length > queue.most) throw new QueueFull(queue.most);
  }
  await tx.query(statement, [
    connection.now(),
    toJson(begun.map(({ video }) => videoRows.write(video))),
    toJson(begun.map(({ attempt }) => attemptRows.write(attempt))),
    toJson(events),
  ]);
  await notify(connection, tx, 'due', 'events');
}

const statement = `
  with new_videos as (
    insert into videos (${videoRows.list(videoColumns)}, created_at)
    select ${videoRows.list(videoColumns)}, ${now} from jsonb_populate_recordset(null::videos, $2::jsonb)
    returning id, owner_id, resolved_model
  ), new_attempts as (
    insert into attempts (${attemptRows.list()})
    select ${attemptRows.list()} from jsonb_populate_recordset(null::attempts, $3::jsonb)
    returning id, video_id, estimate_micro_usd
  ), reserved as (
    insert into ledger (owner_id, video_id, attempt_id, kind, amount_micro_usd, source, model, day, at)
    select v.owner_id, v.id, a.id, 'reserve', coalesce(a.estimate_micro_usd, 0),
      case when a.estimate_micro_usd is not null then 'estimate' end, v.resolved_model, ${today}, ${now}
    from new_attempts a join new_videos v on v.id = a.video_id
    on conflict (attempt_id, kind) do nothing
  )
  insert into events (video_id, owner_id, at, type, actor, state_after, data)
  select id, "ownerId", ${now}, 'created', actor, 'queued', data
  from jsonb_to_recordset($4::jsonb) as e(id text, "ownerId" text, actor jsonb, data jsonb)`;
