import { isHeld } from '#video/circuit.ts';
import { slotStates, type Video } from '#video/video.ts';
import { byId, type Tables } from './tables.ts';

type Waiting = { video: Video; admitted: boolean; rests: boolean; nth: number; turn: number; lastTurn: number };

const holdsSlot = ({ state, checkAt }: Video): boolean =>
  slotStates.includes(state) || (state === 'queued' && checkAt !== null);

const byAge = (a: Video, b: Video) =>
  b.priority - a.priority || a.createdAt.getTime() - b.createdAt.getTime() || byId(a, b);

/** Infinities are equal to themselves; their difference is no number. */
const order = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

const keyOf = ({ provider, ownerId }: Video): string => JSON.stringify([provider, ownerId]);

const serving = (a: Waiting, b: Waiting) =>
  b.video.priority - a.video.priority || a.turn - b.turn || order(a.lastTurn, b.lastTurn) || byAge(a.video, b.video);

/** Queued videos in the order in which they are served: by priority, then whoever would run the fewest, then whose turn came longest ago. */
export function line(tables: Tables): Waiting[] {
  const now = tables.now();
  const videos = [...tables.videos.values()];
  const busy = running(videos, 'ownerId');
  const counts = new Map<string, number>();
  const next = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1).get(key) ?? 0;
  return videos
    .filter((video) => video.state === 'queued')
    .sort(byAge)
    .map((video) => {
      const admitted = video.checkAt !== null;
      const rests = video.notBefore !== null && video.notBefore > now;
      const nth = next(JSON.stringify([video.provider, video.ownerId, admitted, rests]));
      const before = tables.served.get(keyOf(video))?.getTime() ?? Number.NEGATIVE_INFINITY;
      const lastTurn = nth === 1 ? before : Number.POSITIVE_INFINITY;
      return { video, admitted, rests, nth, turn: (busy.get(video.ownerId) ?? 0) + nth, lastTurn };
    })
    .sort(serving);
}

function running(videos: Video[], of: 'ownerId' | 'provider'): Map<string, number> {
  const counts = new Map<string, number>();
  for (const video of videos.filter(holdsSlot)) counts.set(video[of], (counts.get(video[of]) ?? 0) + 1);
  return counts;
}

/** None where it is paused or its circuit open, one at a time on trial. */
function startable(tables: Tables, provider: string): number {
  const row = tables.providers.get(provider);
  if (row?.pausedAt) return 0;
  if (!row || !isHeld(row.circuit)) return Number.POSITIVE_INFINITY;
  if (!row.circuit.trialAt) return 0;
  const starting = [...tables.videos.values()].filter(
    ({ provider: its, state, checkAt }) =>
      its === provider && (state === 'submitting' || (state === 'queued' && checkAt !== null)),
  );
  return 1 - starting.length;
}

/** What waits and may be sent, in an owner's own order. */
export const inLine = (tables: Tables): Video[] =>
  [...tables.videos.values()]
    .filter(({ state, checkAt, notBefore }) => {
      const rests = notBefore !== null && notBefore > tables.now();
      return state === 'queued' && checkAt === null && !rests;
    })
    .sort(byAge);

export function admit(
  tables: Tables,
  limits: { provider: string; slots: number | null }[],
  maxRunningPerOwner: number,
): number {
  const videos = [...tables.videos.values()];
  const busy = { owners: running(videos, 'ownerId'), providers: running(videos, 'provider') };
  const free = new Map(
    limits.map(({ provider, slots }) => [
      provider,
      Math.min(
        slots === null ? Number.POSITIVE_INFINITY : slots - (busy.providers.get(provider) ?? 0),
        startable(tables, provider),
      ),
    ]),
  );
  const waiting = line(tables).filter(
    ({ video, admitted, rests, nth }) => !admitted && !rests && nth <= (free.get(video.provider) ?? 0),
  );
  const mayRun = new Map<string, number>();
  const withinCaps = waiting.filter(({ video: { ownerId } }) => {
    const most = tables.ownerLimits.get(ownerId)?.maxRunning ?? maxRunningPerOwner;
    const left = mayRun.get(ownerId) ?? most - (busy.owners.get(ownerId) ?? 0);
    mayRun.set(ownerId, left - 1);
    return left > 0;
  });
  let admitted = 0;
  for (const { video } of withinCaps) {
    const left = free.get(video.provider) ?? 0;
    if (left <= 0) continue;
    free.set(video.provider, left - 1);
    video.checkAt = tables.now();
    tables.served.set(keyOf(video), tables.now());
    admitted += 1;
  }
  return admitted;
}

/** 1 = next: those admitted already, then as they will be, then those that rest; each provider has its own line. */
export function placeInLine(tables: Tables, id: string): number | null {
  const all = line(tables);
  const mine = all.find(({ video }) => video.id === id);
  if (!mine) return null;
  const group = ({ admitted, rests }: Waiting) => (admitted ? 0 : rests ? 2 : 1);
  const sorted = all.filter(({ video }) => video.provider === mine.video.provider).sort((a, b) => group(a) - group(b));
  return sorted.indexOf(mine) + 1;
}
