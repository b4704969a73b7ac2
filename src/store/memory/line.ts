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

const keyOf = ({ provider, ownerId }: Video): string => `${provider}\n${ownerId}`;

const restsAt = ({ notBefore }: Video, now: Date): boolean => notBefore !== null && notBefore > now;

const serving = (a: Waiting, b: Waiting) =>
  b.video.priority - a.video.priority || a.turn - b.turn || order(a.lastTurn, b.lastTurn) || byAge(a.video, b.video);

/** In the order in which they are served: by priority, then whoever would run the fewest, then whose turn came longest ago. */
function line(tables: Tables, queued: Video[]): Waiting[] {
  const now = tables.now();
  const busy = running(tables, 'ownerId');
  const counts = new Map<string, number>();
  return queued
    .sort(byAge)
    .map((video) => {
      const admitted = video.checkAt !== null;
      const rests = restsAt(video, now);
      const key = keyOf(video);
      const group = `${key}\n${admitted} ${rests}`;
      const nth = (counts.get(group) ?? 0) + 1;
      counts.set(group, nth);
      const before = tables.served.get(key)?.getTime() ?? Number.NEGATIVE_INFINITY;
      const lastTurn = nth === 1 ? before : Number.POSITIVE_INFINITY;
      return { video, admitted, rests, nth, turn: (busy.get(video.ownerId) ?? 0) + nth, lastTurn };
    })
    .sort(serving);
}

function running({ open }: Tables, of: 'ownerId' | 'provider'): Map<string, number> {
  const counts = new Map<string, number>();
  for (const video of open) if (holdsSlot(video)) counts.set(video[of], (counts.get(video[of]) ?? 0) + 1);
  return counts;
}

/** None where it is paused or its circuit open, one at a time on trial. */
function startable(tables: Tables, provider: string): number {
  const row = tables.providers.get(provider);
  if (row?.pausedAt) return 0;
  if (!row || !isHeld(row.circuit)) return Number.POSITIVE_INFINITY;
  if (!row.circuit.trialAt) return 0;
  const starting = [...tables.open].filter(
    ({ provider: its, state, checkAt }) =>
      its === provider && (state === 'submitting' || (state === 'queued' && checkAt !== null)),
  );
  return 1 - starting.length;
}

function waiting({ open, now }: Tables): Video[] {
  const at = now();
  const found: Video[] = [];
  for (const video of open) {
    if (video.state === 'queued' && video.checkAt === null && !restsAt(video, at)) found.push(video);
  }
  return found;
}

/** What waits and may be sent, in an owner's own order. */
export const inLine = (tables: Tables): Video[] => waiting(tables).sort(byAge);

export function admit(
  tables: Tables,
  limits: { provider: string; slots: number | null }[],
  maxRunningPerOwner: number,
): number {
  const mayBeSent = waiting(tables);
  if (mayBeSent.length === 0) return 0;
  const busy = running(tables, 'provider');
  const free = new Map(
    limits.map(({ provider, slots }) => [
      provider,
      Math.min(
        slots === null ? Number.POSITIVE_INFINITY : slots - (busy.get(provider) ?? 0),
        startable(tables, provider),
      ),
    ]),
  );
  const sendable = mayBeSent.filter(({ provider }) => (free.get(provider) ?? 0) > 0);
  if (sendable.length === 0) return 0;
  const owners = running(tables, 'ownerId');
  const first = line(tables, sendable).filter(({ video, nth }) => nth <= (free.get(video.provider) ?? 0));
  const mayRun = new Map<string, number>();
  const withinCaps = first.filter(({ video: { ownerId } }) => {
    const most = tables.ownerLimits.get(ownerId)?.maxRunning ?? maxRunningPerOwner;
    const left = mayRun.get(ownerId) ?? most - (owners.get(ownerId) ?? 0);
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
export function placeInLine(tables: Tables, { id, state, provider }: Video): number | null {
  if (state !== 'queued') return null;
  const queued = [...tables.open].filter((video) => video.state === 'queued' && video.provider === provider);
  const group = ({ admitted, rests }: Waiting) => (admitted ? 0 : rests ? 2 : 1);
  const sorted = line(tables, queued).sort((a, b) => group(a) - group(b));
  return sorted.findIndex(({ video }) => video.id === id) + 1;
}
