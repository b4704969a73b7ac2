import type { OwnerLimits } from '#engine/system.ts';
import { capChange } from '#store/money/budget.ts';
import { limitsChange } from '#store/money/owner-limits.ts';
import { dayOf, type Entry } from '#video/money.ts';
import { everybody, type LedgerEntry, type Spend, type Spending, spendingOf } from '#video/spending.ts';
import type { Actor, Attempt, Video } from '#video/video.ts';
import { attemptsOf, type LedgerRow, type Tables, writeEvent } from './tables.ts';

const rowsOf = ({ ledger }: Tables): LedgerRow[] => [...ledger.values()].flat();

/** Once per attempt and kind. */
function write({ ledger, spent }: Tables, row: LedgerRow): void {
  const written = ledger.get(row.attemptId) ?? [];
  if (written.some(({ kind }) => kind === row.kind)) return;
  ledger.set(row.attemptId, [...written, row]);
  const account = accountOf(row.ownerId, row.day);
  spent.set(account, (spent.get(account) ?? 0) + row.amountMicroUsd);
}

const accountOf = (ownerId: string, day: string): string => `${day} ${ownerId}`;

export const reserve = (tables: Tables, video: Video, { id, estimateMicroUsd }: Attempt): void =>
  write(tables, {
    attemptId: id,
    ownerId: video.ownerId,
    model: video.resolvedModel,
    kind: 'reserve',
    amountMicroUsd: estimateMicroUsd ?? 0,
    source: estimateMicroUsd === null ? null : 'estimate',
    day: dayOf(tables.now()),
  });

export function book(tables: Tables, attemptId: string, entry: Entry): void {
  const reserved = tables.ledger.get(attemptId)?.find(({ kind }) => kind === 'reserve');
  if (!reserved) return;
  const amountMicroUsd = entry.kind === 'release' ? 0 - reserved.amountMicroUsd : entry.amountMicroUsd;
  write(tables, { ...reserved, ...entry, amountMicroUsd });
}

export const isReservedToday = (tables: Tables, attemptId: string): boolean =>
  (tables.ledger.get(attemptId) ?? []).some(({ kind, day }) => kind === 'reserve' && day === dayOf(tables.now()));

export function spending(tables: Tables, ownerId: string): Spending {
  const at = tables.now();
  const spentMicroUsd = tables.spent.get(accountOf(ownerId, dayOf(at))) ?? 0;
  return spendingOf(tables.caps, tables.dailyCapMicroUsd, { ownerId, spentMicroUsd, at });
}

export const ownCaps = ({ caps }: Tables): { ownerId: string; capMicroUsd: number | null }[] =>
  [...caps]
    .filter(([ownerId]) => ownerId !== everybody)
    .map(([ownerId, capMicroUsd]) => ({ ownerId, capMicroUsd }))
    .sort((a, b) => (a.ownerId < b.ownerId ? -1 : 1));

export function setCap(
  tables: Tables,
  ownerId: string | null,
  capMicroUsd: number | null | 'default',
  actor: Actor,
): void {
  const id = ownerId ?? everybody;
  if (capMicroUsd === 'default') tables.caps.delete(id);
  else tables.caps.set(id, capMicroUsd);
  writeEvent(tables, null, { type: 'cap_changed', actor, data: capChange(ownerId, capMicroUsd) }, null);
  tables.notify('events');
}

export const ownerLimits = ({ ownerLimits: own }: Tables, ownerId: string): OwnerLimits =>
  own.get(ownerId) ?? { maxRunning: null, maxQueued: null };

export function setOwnerLimits(tables: Tables, ownerId: string, wish: Partial<OwnerLimits>, actor: Actor): void {
  const { maxRunning, maxQueued } = ownerLimits(tables, ownerId);
  const next = {
    maxRunning: wish.maxRunning === undefined ? maxRunning : wish.maxRunning,
    maxQueued: wish.maxQueued === undefined ? maxQueued : wish.maxQueued,
  };
  tables.ownerLimits.set(ownerId, next);
  writeEvent(tables, null, { type: 'owner_limits_changed', actor, data: limitsChange(ownerId, next) }, null);
  tables.notify('due', 'events');
}

export const ledgerOf = (tables: Tables, videoId: string): LedgerEntry[] =>
  attemptsOf(tables, videoId)
    .flatMap(({ id }) => tables.ledger.get(id) ?? [])
    .map(({ ownerId: _owner, model: _model, ...entry }) => entry);

export function spendBetween(tables: Tables, ownerId: string | null, from: string, to: string): Spend[] {
  const found = rowsOf(tables).filter(
    (entry) => entry.day >= from && entry.day <= to && (ownerId === null || entry.ownerId === ownerId),
  );
  const attempts = [...Map.groupBy(found, ({ attemptId }) => attemptId).values()].map((entries) => ({
    day: entries[0]?.day ?? '',
    model: entries[0]?.model ?? '',
    estimate: sumOf(entries.filter(({ kind }) => kind === 'reserve')),
    cost: sumOf(entries),
    settled: entries.length > 1,
    source: entries.at(-1)?.source ?? null,
  }));
  const groups = Map.groupBy(attempts, ({ day, model }) => `${day} ${model}`);
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => {
      const settled = group.filter((one) => one.settled);
      const cost = (some: typeof group) => some.reduce((sum, one) => sum + one.cost, 0);
      return {
        day: group[0]?.day ?? '',
        model: group[0]?.model ?? '',
        submissions: group.length,
        unpriced: group.filter(({ source }) => source === null).length,
        estimateMicroUsd: settled.reduce((sum, { estimate }) => sum + estimate, 0),
        actualMicroUsd: cost(settled),
        byEstimateMicroUsd: cost(settled.filter(({ source }) => source === 'estimate')),
        reservedMicroUsd: cost(group.filter((one) => !one.settled)),
      };
    });
}

const sumOf = (entries: readonly { amountMicroUsd: number }[]) =>
  entries.reduce((sum, { amountMicroUsd }) => sum + amountMicroUsd, 0);
