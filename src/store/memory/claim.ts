import type { Lane } from '#engine/system.ts';
import { clean } from '#store/json.ts';
import type { Claimed, Video } from '#video/video.ts';
import { byId, earlier, isClaimed, later, newestAttempt, owned, soon, type Tables } from './tables.ts';

function take(tables: Tables, video: Video, leaseMs: number): Claimed {
  const at = tables.now();
  const { checkedAt } = video;
  Object.assign(video, {
    claimedUntil: new Date(at.getTime() + leaseMs),
    claimSeq: video.claimSeq + 1,
    woken: false,
    checkedAt: at,
  });
  return clean({ video: { ...video, checkedAt }, attempt: newestAttempt(tables, video.id), at });
}

function takeDue(tables: Tables, mine: (video: Video) => boolean, limit: number, leaseMs: number): Claimed[] {
  const now = tables.now();
  return [...tables.videos.values()]
    .filter((video) => video.checkAt !== null && video.checkAt <= now && !isClaimed(tables, video) && mine(video))
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
  return isClaimed(tables, video) ? 'busy' : take(tables, video, leaseMs);
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

export function nextDueAt(tables: Tables, except: string[] = []): Date | null {
  const now = tables.now();
  const times = [...tables.videos.values()].flatMap((video) => {
    const { checkAt, claimedUntil, notBefore, provider, state } = video;
    if (checkAt && state !== 'storing' && except.includes(provider)) return [];
    if (checkAt && claimedUntil && isClaimed(tables, video)) return [later(checkAt, claimedUntil)];
    if (checkAt) return [checkAt];
    return state === 'queued' && notBefore && notBefore > now ? [notBefore] : [];
  });
  return times.length === 0 ? null : new Date(times.reduce(earlier));
}
