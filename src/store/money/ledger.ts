import type { Connection } from '#store/sql.ts';
import type { LedgerKind, Source } from '#video/money.ts';
import type { LedgerEntry, Spend } from '#video/spending.ts';

/** What is written down about the money of a video: its attempts in order, of each the oldest entry first. */
export async function ledgerOf({ database }: Connection, videoId: string): Promise<LedgerEntry[]> {
  const rows = await database.query<{
    attempt_id: string;
    kind: LedgerKind;
    amount: number;
    source: Source | null;
    day: string;
  }>(
    `select l.attempt_id, l.kind, l.amount_micro_usd::float8 as amount, l.source, l.day::text as day
     from attempts a join ledger l on l.attempt_id = a.id where a.video_id = $1 order by a.n, l.id`,
    [videoId],
  );
  return rows.map(({ attempt_id, amount, ...entry }) => ({ attemptId: attempt_id, amountMicroUsd: amount, ...entry }));
}

/** Spending by day and model, days as `YYYY-MM-DD`, both included; all owners where none is named. */
export async function spendBetween(
  { database }: Connection,
  ownerId: string | null,
  from: string,
  to: string,
): Promise<Spend[]> {
  const rows = await database.query<{
    day: string;
    model: string;
    submissions: number;
    unpriced: number;
    estimate: number;
    actual: number;
    by_estimate: number;
    reserved: number;
  }>(
    `with attempt as (
       select day, model, max(amount_micro_usd) filter (where kind = 'reserve') as estimate,
         sum(amount_micro_usd) as cost, bool_or(kind <> 'reserve') as settled,
         (array_agg(source order by id desc))[1] as source
       from ledger where day between $2::date and $3::date and ($1::text is null or owner_id = $1)
       group by attempt_id, day, model
     )
     select day::text as day, model, count(*)::int as submissions,
       (count(*) filter (where source is null))::int as unpriced,
       coalesce(sum(estimate) filter (where settled), 0)::float8 as estimate,
       coalesce(sum(cost) filter (where settled), 0)::float8 as actual,
       coalesce(sum(cost) filter (where settled and source = 'estimate'), 0)::float8 as by_estimate,
       coalesce(sum(cost) filter (where not settled), 0)::float8 as reserved
     from attempt group by day, model order by day, model`,
    [ownerId, from, to],
  );
  return rows.map(({ estimate, actual, by_estimate, reserved, ...row }) => ({
    ...row,
    estimateMicroUsd: estimate,
    actualMicroUsd: actual,
    byEstimateMicroUsd: by_estimate,
    reservedMicroUsd: reserved,
  }));
}
