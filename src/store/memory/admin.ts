import type { Activity, AuditEvent, AuditQuery, Bucket, Trouble, VideoDetails } from '#engine/system.ts';
import { clean } from '#store/json.ts';
import { bucketOf } from '#store/provider-state/tokens.ts';
import { isHeld } from '#video/circuit.ts';
import { type Actor, isTerminal, type Priority, type State, type Video } from '#video/video.ts';
import { takeBack } from './circuit.ts';
import { details } from './read.ts';
import { byId, newestAttempt, owned, providerRow, type Tables, writeEvent } from './tables.ts';

const idOf = (cursor: string) => Number(cursor.split('-')[1]);

export function audit({ events }: Tables, query: AuditQuery): AuditEvent[] {
  const { actor, type, videoId, ownerId, from, to, after, limit } = query;
  const found = events.filter(
    (event) =>
      (actor === undefined || event.actor.type === actor || event.actor.id === actor) &&
      (type === undefined || event.type === type) &&
      (videoId === undefined || event.videoId === videoId) &&
      (ownerId === undefined || event.ownerId === ownerId) &&
      (!from || event.at >= from) &&
      (!to || event.at < to) &&
      (after === undefined || idOf(event.cursor) < idOf(after)),
  );
  return clean(found.reverse().slice(0, limit));
}

export function setPaused(tables: Tables, provider: string, paused: boolean, actor: Actor): boolean {
  if (!paused && !tables.providers.has(provider)) return false;
  const row = providerRow(tables, provider);
  if ((row.pausedAt !== null) === paused) return false;
  row.pausedAt = paused ? tables.now() : null;
  if (paused) takeBack(tables, provider);
  writeEvent(tables, null, { type: paused ? 'provider_paused' : 'provider_resumed', actor, data: { provider } }, null);
  tables.notify('due', 'events');
  return true;
}

export function setPriority(
  tables: Tables,
  id: string,
  ownerId: string | null,
  priority: Priority,
  actor: Actor,
): 'changed' | 'same' | 'not_queued' | null {
  const video = owned(tables, id, ownerId);
  if (!video) return null;
  if (video.state !== 'queued') return 'not_queued';
  if (video.priority === priority) return 'same';
  video.priority = priority;
  const name = priority === 1 ? 'high' : priority === -1 ? 'low' : 'normal';
  writeEvent(tables, video, { type: 'priority_changed', actor, data: { priority: name } }, 'queued');
  tables.notify('due', 'events');
  return 'changed';
}

export function takeTokens(
  tables: Tables,
  provider: string,
  want: number,
  perMinute: number,
): { granted: number; nextMs: number } {
  const { size, perMs } = bucketOf(perMinute);
  const row = providerRow(tables, provider);
  const now = tables.now();
  const passedMs = Math.max(0, now.getTime() - (row.refilledAt ?? now).getTime());
  const held = row.tokens === null ? size : Math.min(size, row.tokens + perMs * passedMs);
  const granted = Math.min(want, Math.floor(held));
  row.tokens = held - granted;
  row.refilledAt = now;
  return { granted, nextMs: Math.ceil(Math.max(0, 1 - row.tokens) / perMs) };
}

export function takeTurn(tables: Tables, name: string, holder: string, forMs: number): boolean {
  const now = tables.now();
  const before = tables.turns.get(name);
  if (before && before.until > now) return false;
  tables.turns.set(name, { holder, until: new Date(now.getTime() + forMs) });
  return true;
}

/** What has a next look, and what waits in our line. */
const openOnes = ({ videos }: Tables): Video[] =>
  [...videos.values()].filter(({ state, checkAt }) => state === 'queued' || (checkAt !== null && !isTerminal(state)));

export function activity(tables: Tables): Activity[] {
  const open = openOnes(tables);
  const ids = new Set(open.map((video) => video.provider));
  for (const [id, row] of tables.providers) {
    const { verified, refused, missed } = row.calls;
    if (row.pausedAt || isHeld(row.circuit) || verified + refused + missed > 0) ids.add(id);
  }
  return [...ids].sort().map((provider) => {
    const mine = open.filter((video) => video.provider === provider);
    const count = (...states: State[]) => mine.filter((video) => states.includes(video.state)).length;
    const [queued, overdue, needsDecision] = [count('queued'), count('overdue'), count('needs_decision')];
    const row = tables.providers.get(provider);
    return clean({
      provider,
      running: mine.length - queued - overdue - needsDecision,
      queued,
      overdue,
      needsDecision,
      oldestAt: mine.map((video) => video.createdAt).sort((a, b) => a.getTime() - b.getTime())[0] ?? null,
      trouble: worst(mine.flatMap((video) => newestAttempt(tables, video.id).watch.trouble ?? [])),
      pausedAt: row?.pausedAt ?? null,
      stoppedAt: row?.circuit.stoppedAt ?? null,
      openedAt: row?.circuit.openedAt ?? null,
      nextTryAt: row?.circuit.nextTryAt ?? null,
      calls: row?.calls ?? { verified: 0, refused: 0, missed: 0 },
    });
  });
}

/** The most frequent kind. */
function worst(troubles: Trouble[]): Activity['trouble'] {
  const kinds = Map.groupBy(troubles, (trouble) => trouble.kind);
  const [found] = [...kinds].sort(([a, as], [b, bs]) => bs.length - as.length || (a < b ? -1 : 1));
  if (!found) return null;
  const [kind, all] = found;
  const since = new Date(Math.min(...all.map((trouble) => Date.parse(trouble.since))));
  return { kind, since, videos: all.length };
}

export function troubled(tables: Tables, providers: string[], limit: number): VideoDetails[] {
  return openOnes(tables)
    .filter(
      (video) =>
        !video.hiddenAt &&
        (video.state === 'needs_decision' ||
          video.state === 'overdue' ||
          video.poisonedAt !== null ||
          !providers.includes(video.provider) ||
          newestAttempt(tables, video.id).watch.trouble),
    )
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || byId(a, b))
    .slice(0, limit)
    .map((video) => details(tables, video));
}

export function throughput(tables: Tables, from: Date, bucketMs: number): Bucket[] {
  const placeOf = (at: Date) => Math.floor((at.getTime() - from.getTime()) / bucketMs);
  const isRunning = (state: State | null) => state !== null && state !== 'queued' && !isTerminal(state);
  const open = openOnes(tables);
  let queued = open.filter((video) => video.state === 'queued').length;
  let running = open.length - queued;
  const buckets: Bucket[] = [];
  for (let place = placeOf(tables.now()); place >= 0; place--) {
    const events = tables.events.filter((event) => placeOf(event.at) === place);
    const count = (wanted: (event: AuditEvent) => boolean) => events.filter(wanted).length;
    buckets.unshift({
      at: new Date(from.getTime() + place * bucketMs),
      asked: count(({ type }) => type === 'created'),
      accepted: count(({ type }) => type === 'accepted' || type === 'adopted'),
      stored: count(({ type }) => type === 'stored'),
      failed: count(({ stateBefore, stateAfter }) => stateAfter === 'failed' && stateBefore !== 'failed'),
      queued,
      running,
    });
    queued -= count(({ stateAfter }) => stateAfter === 'queued') - count(({ stateBefore }) => stateBefore === 'queued');
    running -= count((event) => isRunning(event.stateAfter)) - count((event) => isRunning(event.stateBefore));
  }
  return buckets;
}
