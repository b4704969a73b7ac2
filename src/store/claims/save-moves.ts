import { setTimeout as sleep } from 'node:timers/promises';
import type { SaveResult } from '#engine/system.ts';
import type { Queryable } from '#store/database/database.ts';
import { cleanText, toJson } from '#store/json.ts';
import { assetRows, attemptRows, videoRows } from '#store/rows.ts';
import { type Connection, channelName, notify } from '#store/sql.ts';
import type { Move } from '#video/lifecycle.ts';
import { poisonStatement, saveStatement, saveStatementWithMoney } from './save-statement.ts';

const maxTries = 6;
/** Deadlock and serialization failure: another try succeeds. */
const collisions = new Set(['40P01', '40001']);
/** Classes of SQLSTATE that blame the values: bad data, broken constraints, limits of the program. */
const dataErrors = /^(22|23|54)/;

/**
 * Saves moves under their fences, all in one statement: the only writer of `videos.state` besides create. Where one row
 * spoils the batch, they are saved one by one, and that row rests for an hour; it stops nobody.
 */
export async function saveMoves(connection: Connection, moves: Move[]): Promise<SaveResult[]> {
  if (moves.length === 0) return [];
  refuseTwins(moves);
  try {
    return await saveBatch(connection, moves);
  } catch (error) {
    if (!dataErrors.test(codeOf(error))) throw error;
    if (moves.length === 1 && moves[0]) return [await poison(connection, moves[0], error as Error)];
  }
  const results: SaveResult[] = [];
  for (const move of moves) results.push(...(await saveMoves(connection, [move])));
  return results;
}

async function saveBatch(connection: Connection, moves: Move[]): Promise<SaveResult[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await saveOn(connection, connection.database, moves);
    } catch (error) {
      if (!collisions.has(codeOf(error)) || tries === maxTries) throw error;
      await sleep(Math.random() * 10 * 2 ** tries);
    }
  }
}

/** The statement itself, for whoever has a transaction of his own. */
export async function saveOn({ database, now }: Connection, on: Queryable, moves: Move[]): Promise<SaveResult[]> {
  const parameters = [now(), toJson(moves.map(toRow)), channelName(database, 'due'), channelName(database, 'events')];
  const rows = moves.some(touchesMoney)
    ? await on.query<{ place: number }>(saveStatementWithMoney, parameters, 'save with money')
    : await on.query<{ place: number }>(saveStatement, parameters, 'save');
  const saved = new Set(rows.map(({ place }) => place));
  return moves.map((_move, place) => (saved.has(place) ? 'saved' : 'fenced'));
}

/** A return to the queue may become a cancel, which gives back what was reserved. */
const touchesMoney = ({ entry, nextAttempt, to }: Move) => entry !== null || nextAttempt !== null || to === 'queued';

/** The claim is gone either way, so the step is told that it lost it. */
async function poison(connection: Connection, move: Move, error: Error): Promise<SaveResult> {
  const { database, now } = connection;
  await database.query(poisonStatement, [now(), move.videoId, move.seq, cleanText(error.message)]);
  await notify(connection, database, 'events');
  return 'fenced';
}

const toRow = (move: Move, place: number) => ({
  place,
  video_id: move.videoId,
  attempt_id: move.attemptId,
  seq: move.seq,
  state: move.to,
  video: videoRows.write(move.video),
  attempt: attemptRows.write(move.attempt),
  next_attempt: move.nextAttempt && attemptRows.write(move.nextAttempt),
  assets: move.assets.map(assetRows.write),
  event: move.event,
  next: move.next,
  keeps_claim: move.keepsClaim,
  render_ms: move.renderMs,
  entry: move.entry && {
    kind: move.entry.kind,
    amount_micro_usd: move.entry.amountMicroUsd,
    source: move.entry.source,
  },
});

/** One statement updates a row once: the second of two moves would be lost without a word. */
function refuseTwins(moves: Move[]): void {
  if (new Set(moves.map((move) => move.videoId)).size < moves.length) {
    throw new Error('two moves of one video in a batch');
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code ?? '');
