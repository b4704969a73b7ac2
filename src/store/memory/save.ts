import type { SaveResult } from '#engine/system.ts';
import { newAttempt } from '#store/creates/new-video.ts';
import { learnedFrom } from '#store/submissions/durations.ts';
import { type Move, system } from '#video/lifecycle.ts';
import { isTerminal, slotStates, type Video } from '#video/video.ts';
import { addFile } from './files.ts';
import { kept } from './kept.ts';
import { book, reserve } from './money.ts';
import {
  addAttempt,
  attemptOfJob,
  attemptsOf,
  changeAttempt,
  soon,
  sortIn,
  type Tables,
  writeEvent,
} from './tables.ts';

const hourMs = 3_600_000;

export function saveMoves(tables: Tables, moves: Move[]): SaveResult[] {
  if (new Set(moves.map((move) => move.videoId)).size < moves.length) {
    throw new Error('two moves of one video in a batch');
  }
  return moves.map((move) => save(tables, move));
}

function save(tables: Tables, asked: Move): SaveResult {
  const row = tables.videos.get(asked.videoId);
  if (!row || row.claimSeq !== asked.seq) return 'fenced';
  const move = wishedAway(row, asked, tables.now());
  const broken = brokenRule(tables, move);
  if (broken) return poison(tables, row, broken);
  const before = { ...row };
  const { woken } = row;
  Object.assign(row, kept(move.video), { state: move.to, poisonedAt: null });
  row.woken = woken && move.keepsClaim;
  if (!move.keepsClaim) row.claimedUntil = null;
  row.checkAt = nextLook(tables, row, woken, move);
  sortIn(tables, row);
  writeRest(tables, row, move, before);
  const nearer =
    row.state === 'queued' ||
    (row.checkAt !== null && row.checkAt.getTime() <= tables.now().getTime() + 1_000) ||
    ((before.state === 'queued' || slotStates.includes(before.state)) && !slotStates.includes(row.state));
  tables.notify(...(nearer ? (['due'] as const) : []), ...(move.event ? (['events'] as const) : []));
  return 'saved';
}

/** A return to `queued` is a cancel where one was asked for meanwhile. */
export function wishedAway(row: Video, move: Move, now: Date): Move {
  const wish = move.video.cancelRequestedAt === undefined ? row.cancelRequestedAt : move.video.cancelRequestedAt;
  if (move.to !== 'queued' || wish === null) return move;
  return {
    ...move,
    to: 'canceled',
    video: { ...move.video, errorCode: 'canceled', completedAt: now },
    ...(move.attempt.outcome ? {} : unsent(move)),
    nextAttempt: null,
    event: { type: 'canceled', actor: system, data: {} },
    next: null,
    keepsClaim: false,
  };
}

/** It was never sent, and costs nothing. */
const unsent = ({ attempt }: Move): Pick<Move, 'attempt' | 'entry'> => ({
  attempt: { ...attempt, outcome: 'canceled', costMicroUsd: 0, costSource: 'estimate' },
  entry: { kind: 'release', amountMicroUsd: 0, source: 'estimate' },
});

function nextLook(tables: Tables, row: Video, woken: boolean, { keepsClaim, next, to }: Move): Date | null {
  if (keepsClaim || (next === null && (to === 'queued' || isTerminal(to)))) return next;
  return woken ? soon(tables, row) : next;
}

function writeRest(tables: Tables, row: Video, move: Move, before: Video): void {
  const attempt = tables.attempts.get(move.attemptId);
  if (attempt) changeAttempt(tables, attempt, kept(move.attempt));
  if (move.entry) book(tables, move.attemptId, move.entry);
  if (attempt && move.nextAttempt) {
    const { videoId, provider, request, requestHash, estimateMicroUsd } = attempt;
    const next = newAttempt({ videoId, provider, request, requestHash, estimateMicroUsd, ...move.nextAttempt });
    addAttempt(tables, kept(next));
    reserve(tables, row, next);
  }
  for (const asset of move.assets) addFile(tables, asset, row.ownerId);
  if (move.renderMs !== null) {
    const kind = kindOf(row.resolvedModel, row.seconds, row.size);
    tables.durations.set(kind, [...(tables.durations.get(kind) ?? []), move.renderMs].slice(-learnedFrom.most));
  }
  if (move.event) writeEvent(tables, row, move.event, before.state);
}

export const kindOf = (model: string, seconds: number, size: string): string => JSON.stringify([model, seconds, size]);

/** The unique keys of the tables: what a database would refuse. */
export function brokenRule(tables: Tables, { attemptId, attempt, nextAttempt, assets }: Move): string | null {
  const mine = tables.attempts.get(attemptId);
  const twin = attempt.upstreamId && mine && attemptOfJob(tables, mine.provider, attempt.upstreamId);
  if (twin && twin !== mine) return 'the upstream id belongs to another attempt';
  if (nextAttempt) {
    const others = mine ? attemptsOf(tables, mine.videoId) : [];
    if (tables.attempts.has(nextAttempt.id) || others.some(({ n }) => n === nextAttempt.n)) return 'the attempt exists';
  }
  const ids = assets.map(({ id }) => id);
  if (new Set(ids).size < ids.length || ids.some((id) => tables.assets.has(id))) return 'the file exists';
  return null;
}

function poison(tables: Tables, row: Video, reason: string): SaveResult {
  const now = tables.now();
  row.poisonedAt = now;
  row.claimedUntil = null;
  row.woken = false;
  if (row.checkAt) row.checkAt = new Date(now.getTime() + hourMs);
  writeEvent(tables, row, { type: 'poisoned', actor: system, data: { reason } }, row.state);
  tables.notify('events');
  return 'fenced';
}
