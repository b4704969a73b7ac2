import type { Once } from '#engine/system.ts';
import type { Queryable } from '#store/database/database.ts';
import { lockOwner } from '#store/money/budget.ts';
import { type Connection, now } from '#store/sql.ts';
import { IdempotencyConflict } from '#video/errors/idempotency-conflict.ts';

/** Keys are kept for a day, and told tries are paired with a retry for two minutes. */
export const keptMs = 24 * 3_600_000;
export const pairedMs = 120_000;

/** What an earlier create made. */
type Earlier = { id: string; resultIds: string[] };

/**
 * The earlier create that this one repeats; null = there is none, and this one is written down. Nobody else creates in
 * the owner's name until the transaction ends, so that two tries at once cannot both be the first.
 */
export async function earlier(
  connection: Connection,
  tx: Queryable,
  once: Once,
  resultIds: string[],
): Promise<Earlier | null> {
  await lockOwner(connection, tx, once.ownerId);
  const time = connection.now();
  await tx.query(`delete from idempotency_keys where created_at < ${now} - $2 * interval '1 ms'`, [time, keptMs]);
  const found = once.key === null ? await paired(tx, time, once) : await underKey(tx, once.ownerId, once.key);
  if (found) {
    if (found.fingerprint !== once.fingerprint) throw new IdempotencyConflict();
    return { id: found.id, resultIds: found.result_ids };
  }
  await tx.query(
    `insert into idempotency_keys (id, owner_id, key, fingerprint, result_ids, tries, created_at)
     values ($2, $3, $4, $5, $6::text[], $7, ${now})`,
    [time, once.id, once.ownerId, once.key, once.fingerprint, resultIds, once.tries],
  );
  return null;
}

type Found = { id: string; fingerprint: string; result_ids: string[] };

async function underKey(tx: Queryable, ownerId: string, key: string): Promise<Found | undefined> {
  const [found] = await tx.query<Found>(
    'select id, fingerprint, result_ids from idempotency_keys where owner_id = $1 and key = $2',
    [ownerId, key],
  );
  return found;
}

/** The youngest equal try whose answer did not go out whole, and that no retry of this count was paired with. */
async function paired(tx: Queryable, time: Date | null, { ownerId, fingerprint, tries }: Once) {
  if (tries === 0) return undefined;
  const [found] = await tx.query<Found>(
    `update idempotency_keys set tries = $4 where id = (
       select id from idempotency_keys
       where owner_id = $2 and fingerprint = $3 and key is null and answered_at is null and tries < $4
         and created_at > ${now} - $5 * interval '1 ms'
       order by created_at desc, id desc limit 1
     ) returning id, fingerprint, result_ids`,
    [time, ownerId, fingerprint, tries, pairedMs],
  );
  return found;
}

/** An answer went out whole. */
export async function answered({ database, now: time }: Connection, id: string): Promise<void> {
  await database.query(`update idempotency_keys set answered_at = coalesce(answered_at, ${now}) where id = $2`, [
    time(),
    id,
  ]);
}
