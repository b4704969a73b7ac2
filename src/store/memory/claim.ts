import type { Lane } from '#engine/system.ts';
import { clean } from '#store/json.ts';
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
  return clean({ video: { ...video, checkedAt }, attempt: newestAttempt(tables, video.id), at });
}

function takeDue(tables: Tables, mine: (video: Video) => boolean, limit: number, leaseMs: number): Claimed[] {
  const nowMs = tables.now().getTime();
  const due: Video[] = [];
  // One pass, without copies, and of numbers: a simulation sweeps a million times.
  for (const video of tables.videos.values()) {
    const { checkAt, claimedUntil } = video;
    if (checkAt === null || checkAt.getTime() > nowMs) continue;
    if ((claimedUntil === null || claimedUntil.getTime() <= nowMs) && mine(video)) due.push(video);
  }
  return due
    .sort((a, b) => Number(a.checkAt) - Number(b.checkAt) || byId(a, b))
    .slice(0, limit)
    .map((video) => take(tables, video, leaseMs));
}

export const claim = (tables: Tables, provider: string, lane: Lane, limit: number, leaseMs: number): Claimed[] =>
  takeDue(
    tables,
    (video) => video.provider === provider && (video.state === 'storing') === (lane === 'collect'),
    limit,
    leaseMs,
  );

export const claimForeign = (tables: Tables, providers: string[], limit: number, leaseMs: number): Claimed[] =>
  takeDue(tables, (video) => !providers.includes(video.provider), limit, leaseMs);

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
  return takeDue(tables, (video) => video.id === id, 1, leaseMs)[0] ?? null;
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

function dueMs({ checkAt, claimedUntil, notBefore, provider, state }: Video, except: string[], nowMs: number): number {
  const restsUntilMs = notBefore?.getTime() ?? 0;
  if (!checkAt) return state === 'queued' && restsUntilMs > nowMs ? restsUntilMs : Number.POSITIVE_INFINITY;
  if (state !== 'storing' && except.includes(provider)) return Number.POSITIVE_INFINITY;
  const untilMs = claimedUntil?.getTime() ?? 0;
  return Math.max(checkAt.getTime(), untilMs > nowMs ? untilMs : 0);
}

export function nextDue(tables: Tables, except: string[] = []): { at: Date | null; now: Date } {
  const now = tables.now();
  let atMs = Number.POSITIVE_INFINITY;
  for (const video of tables.videos.values()) atMs = Math.min(atMs, dueMs(video, except, now.getTime()));
  return { at: Number.isFinite(atMs) ? new Date(atMs) : null, now };
}
