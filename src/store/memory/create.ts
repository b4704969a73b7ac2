import type { Created, NewVideo, Once, SaveResult } from '#engine/system.ts';
import { newVideo } from '#store/creates/new-video.ts';
import { QueueFull } from '#video/errors/queue-full.ts';
import type { Move } from '#video/lifecycle.ts';
import { addedBy, refuseExcess } from '#video/spending.ts';
import { kept } from './kept.ts';
import { isReservedToday, reserve, spending } from './money.ts';
import { earlier, writeOnce } from './once.ts';
import { brokenRule, saveMoves, wishedAway } from './save.ts';
import { addAttempt, addVideo, type Tables, writeEvent } from './tables.ts';

export function create(tables: Tables, asked: NewVideo[], limit: number, once: Once | null = null): Created {
  const before = once && earlier(tables, once);
  if (before) return { ids: before.resultIds, onceId: before.id, replayed: true };
  refuse(tables, asked, limit);
  write(tables, asked);
  const ids = asked.map((video) => video.id);
  if (once) writeOnce(tables, once, ids);
  return { ids, onceId: once?.id ?? null, replayed: false };
}

export function saveReserving(tables: Tables, move: Move, take: NewVideo | null, limit: number): SaveResult {
  const row = tables.videos.get(move.videoId);
  const attempt = tables.attempts.get(move.attemptId);
  if (move.nextAttempt && row && attempt) {
    const added = addedBy(move, attempt.estimateMicroUsd, isReservedToday(tables, attempt.id));
    if (added > 0) refuseExcess(spending(tables, row.ownerId), added);
  }
  if (take) refuse(tables, [take], limit);
  if (row?.claimSeq !== move.seq) return 'fenced';
  const broken = brokenRule(tables, wishedAway(row, move, tables.now()));
  if (broken) throw new Error(broken);
  if (take) write(tables, [take]);
  return saveMoves(tables, [move])[0] ?? 'fenced';
}

function refuse(tables: Tables, asked: NewVideo[], limit: number): void {
  for (const [ownerId, mine] of Map.groupBy(asked, (video) => video.ownerId)) {
    const wanted = mine.reduce((sum, { attempt }) => sum + (attempt.estimateMicroUsd ?? 0), 0);
    if (wanted > 0) refuseExcess(spending(tables, ownerId), wanted);
    const queued = [...tables.open].filter((video) => video.ownerId === ownerId && video.state === 'queued');
    const most = tables.ownerLimits.get(ownerId)?.maxQueued ?? limit;
    if (queued.length + mine.length > most) throw new QueueFull(most);
  }
}

function write(tables: Tables, asked: NewVideo[]): void {
  for (const wish of asked) {
    const { video, attempt } = newVideo(wish);
    const row = { ...kept(video), createdAt: tables.now() };
    addVideo(tables, row);
    addAttempt(tables, kept(attempt));
    reserve(tables, row, attempt);
    writeEvent(tables, row, { type: 'created', actor: wish.actor, data: wish.data }, null);
  }
  tables.notify('due', 'events');
}
