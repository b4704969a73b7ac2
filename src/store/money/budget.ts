import type { Queryable } from '#store/database/database.ts';
import { toJson } from '#store/json.ts';
import { type Connection, notify, now, today } from '#store/sql.ts';
import { toUsd } from '#video/money.ts';
import { everybody, refuseExcess, type Spending, spendingOf } from '#video/spending.ts';
import type { Actor } from '#video/video.ts';

/** What an owner may spend on this day, and has spent or reserved of it. */
export async function spending(
  { database, ...on }: Connection,
  ownerId: string,
  query: Queryable = database,
): Promise<Spending> {
  const [found] = await query.query<{ caps: CapRow[]; spent: number; at: Date }>(
    `select
       (select coalesce(json_agg(b), '[]') from budgets b where b.owner_id in ($2, '${everybody}')) as caps,
       (select coalesce(sum(amount_micro_usd), 0)::float8 from ledger where owner_id = $2 and day = ${today}) as spent,
       ${now} as at`,
    [on.now(), ownerId],
  );
  const { caps = [], spent = 0, at = new Date() } = found ?? {};
  return spendingOf(new Map(caps.map((row) => [row.owner_id, row.cap_micro_usd])), on.dailyCapMicroUsd, {
    ownerId,
    spentMicroUsd: spent,
    at,
  });
}

type CapRow = { owner_id: string; cap_micro_usd: number | null };

/** Until the transaction ends, nobody else asks for anything in this owner's name. */
export async function lockOwner({ database }: Connection, tx: Queryable, ownerId: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${database.schema} create ${ownerId}`]);
}

/** Under the owner's lock. Throws `BudgetExceeded`. */
export async function reserveWithin(
  connection: Connection,
  tx: Queryable,
  ownerId: string,
  wantedMicroUsd: number,
): Promise<void> {
  await lockOwner(connection, tx, ownerId);
  if (wantedMicroUsd > 0) refuseExcess(await spending(connection, ownerId, tx), wantedMicroUsd);
}

/** The owners with a cap of their own. */
export async function ownCaps({ database }: Connection): Promise<{ ownerId: string; capMicroUsd: number | null }[]> {
  const rows = await database.query<{ owner_id: string; cap: number | null }>(
    `select owner_id, cap_micro_usd::float8 as cap from budgets where owner_id <> '${everybody}' order by owner_id`,
  );
  return rows.map(({ owner_id, cap }) => ({ ownerId: owner_id, capMicroUsd: cap }));
}

/** Of an owner, or without one the default; `default` takes an own cap away. Writes an event. */
export async function setCap(
  connection: Connection,
  ownerId: string | null,
  capMicroUsd: number | null | 'default',
  actor: Actor,
): Promise<void> {
  const id = ownerId ?? everybody;
  await connection.database.transaction(async (tx) => {
    if (capMicroUsd === 'default') await tx.query('delete from budgets where owner_id = $1', [id]);
    else
      await tx.query(
        `insert into budgets (owner_id, cap_micro_usd) values ($1, $2)
         on conflict (owner_id) do update set cap_micro_usd = excluded.cap_micro_usd`,
        [id, capMicroUsd],
      );
    await tx.query(`insert into events (at, type, actor, data) values (${now}, 'cap_changed', $2::jsonb, $3::jsonb)`, [
      connection.now(),
      toJson(actor),
      toJson(capChange(ownerId, capMicroUsd)),
    ]);
    await notify(connection, tx, 'events');
  });
}

/** For the event. */
export const capChange = (ownerId: string | null, capMicroUsd: number | null | 'default') => ({
  owner: ownerId,
  cap_usd: typeof capMicroUsd === 'number' ? toUsd(capMicroUsd) : capMicroUsd,
});
