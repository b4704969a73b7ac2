import type { Due, Lane, Room } from '#engine/system.ts';
import type { Claimed, Video } from '#video/video.ts';
import { inLine } from './line.ts';
import { byId, earlier, isClaimed, newestAttempt, owned, soon, type Tables } from './tables.ts';

/** A command asks the provider nothing: `looks` false leaves the last look alone. */
function take(tables: Tables, video: Video, leaseMs: number, looks = true): Claimed {
  const at = tables.now();
  const { checkedAt } = video;
  Object.assign(video, {
    claimedUntil: new Date(at.getTime() + leaseMs),
    claimSeq: video.claimSeq + 1,
    woken: false,
    checkedAt: looks ? at : checkedAt,
  });
  return { video: { ...video, checkedAt }, attempt: { ...newestAttempt(tables, video.id) }, at };
}

export function claim(tables: Tables, rooms: Room[], leaseMs: number): Due {
  const now = tables.now();
  const nowMs = now.getTime();
  const all = rooms.map((room) => ({ ...room, due: [] as Video[], nextMs: Number.POSITIVE_INFINITY }));
  const lanesOf = (lane: Lane) => new Map(all.filter((one) => one.lane === lane).map((one) => [one.provider, one]));
  const watch = lanesOf('watch');
  const collect = lanesOf('collect');
  let waits = false;
  let restsUntilMs = Number.POSITIVE_INFINITY;
  // One pass, without copies, and of numbers: a simulation sweeps a million times.
  for (const video of tables.open) {
    const { checkAt, claimedUntil, notBefore, provider, state } = video;
    if (checkAt === null) {
      if (state !== 'queued') continue;
      const restMs = notBefore?.getTime() ?? 0;
      if (restMs <= nowMs) waits = true;
      else restsUntilMs = Math.min(restsUntilMs, restMs);
      continue;
    }
    const lane = (state === 'storing' ? collect : watch).get(provider);
    if (!lane) continue;
    const dueMs = Math.max(checkAt.getTime(), checkAt.getTime() > nowMs ? 0 : (claimedUntil?.getTime() ?? 0));
    if (dueMs > nowMs) lane.nextMs = Math.min(lane.nextMs, dueMs);
    else lane.due.push(video);
  }
  const chosen = all.flatMap(({ due, limit }) => due.sort(byDue).slice(0, limit));
  const next = Math.min(...all.filter(({ due, limit }) => due.length < limit).map(({ nextMs }) => nextMs));
  return {
    claimed: chosen.sort(byDue).map((video) => take(tables, video, leaseMs)),
    nextAt: Number.isFinite(next) ? new Date(next) : null,
    line: { waits, restsUntil: Number.isFinite(restsUntilMs) ? new Date(restsUntilMs) : null },
    now,
  };
}

const byDue = (a: Video, b: Video) => Number(a.checkAt) - Number(b.checkAt) || byId(a, b);

export const scheduledProviders = (tables: Tables): string[] =>
  [...new Set([...tables.open].filter(({ checkAt }) => checkAt).map(({ provider }) => provider))].sort();

export function claimOne(tables: Tables, id: string, ownerId: string | null, leaseMs: number): Claimed | 'busy' | null {
  const video = owned(tables, id, ownerId);
  if (!video) return null;
  return isClaimed(tables, video) ? 'busy' : take(tables, video, leaseMs, false);
}

export function claimWaiting(
  tables: Tables,
  provider: string,
  models: string[],
  limit: number,
  leaseMs: number,
): Claimed[] {
  return inLine(tables)
    .filter((video) => video.provider === provider && models.includes(video.resolvedModel))
    .filter((video) => !isClaimed(tables, video))
    .slice(0, limit)
    .map((video) => take(tables, video, leaseMs, false));
}

export function claimDue(tables: Tables, id: string, leaseMs: number): Claimed | null {
  const video = tables.videos.get(id);
  const isDue = video?.checkAt && video.checkAt <= tables.now() && !isClaimed(tables, video);
  return isDue ? take(tables, video, leaseMs) : null;
}

const held = (tables: Tables, { id, seq }: { id: string; seq: number }): Video | undefined => {
  const video = tables.videos.get(id);
  return video?.claimSeq === seq ? video : undefined;
};

export function renew(tables: Tables, id: string, seq: number, leaseMs: number): boolean {
  const video = held(tables, { id, seq });
  if (!video?.claimedUntil) return false;
  video.claimedUntil = new Date(tables.now().getTime() + leaseMs);
  return true;
}

export function release(tables: Tables, claims: { id: string; seq: number }[]): void {
  for (const claimed of claims) {
    const video = held(tables, claimed);
    if (!video) continue;
    if (video.woken && video.checkAt) video.checkAt = earlier(video.checkAt, soon(tables, video));
    video.claimedUntil = null;
    video.woken = false;
    tables.notify('due');
  }
}
