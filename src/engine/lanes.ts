import type { Claimed } from '#video/video.ts';
import { holdsOf } from './holds.ts';
import type { Lane, Room, System } from './system.ts';

/** Who is on the schedule beside the configured providers changes with the settings, else it is asked so rarely. */
const scheduledForMs = 60_000;

type Opening = Room & {
  /** Steps that may be under way at once. */
  width: number;
  /** Of how many the limit is what the provider's requests per minute gave, and how long until they give another one. */
  bucket: { asked: number; nextMs: number } | null;
};

const keyOf = (provider: string, lane: Lane): string => `${provider} ${lane}`;
export const laneOf = ({ video: { provider, state } }: Claimed): string =>
  keyOf(provider, state === 'storing' ? 'collect' : 'watch');

/**
 * How many steps are under way where: looks and copies of each provider have a lane of their own, so that a slow provider
 * or a long copy holds up nobody else. `onRoom` is called when a lane has room again that a pass left full.
 */
export function createLanes(system: System, onRoom: () => void) {
  const { store, settings, clock } = system;
  const widths: Record<Lane, number> = { watch: settings.watchWidth, collect: settings.collectWidth };
  const busy = new Map<string, number>();
  const busyIn = (key: string): number => busy.get(key) ?? 0;
  let full = new Set<string>();
  let scheduled = { of: '', askedMs: 0, providers: [] as string[] };

  const opening = (provider: string, lane: Lane, width = widths[lane]): Opening => ({
    provider,
    lane,
    width,
    limit: Math.max(0, width - busyIn(keyOf(provider, lane))),
    bucket: null,
  });

  /** Looks and starts, only as far as the provider's requests per minute go. */
  async function watching(provider: string): Promise<Opening> {
    const hold = (await holdsOf(system)).get(provider);
    // One that may be well again is not overrun: one look at a time, until one is answered.
    const room = opening(provider, 'watch', hold?.openedAt && hold.trialAt ? 1 : widths.watch);
    const perMinute = system.providers.get(provider)?.capabilities.requestsPerMinute ?? null;
    if (perMinute === null || room.limit === 0) return room;
    const { granted, nextMs } = await store.takeTokens(provider, room.limit, perMinute);
    return { ...room, limit: granted, bucket: { asked: room.limit, nextMs } };
  }

  /** Providers that are not configured (any more): their videos are not forgotten. */
  async function strangers(ids: string[]): Promise<string[]> {
    const of = ids.join(' ');
    const sinceMs = clock.now().getTime() - scheduled.askedMs;
    if (of !== scheduled.of || sinceMs < 0 || sinceMs >= scheduledForMs) {
      scheduled = { of, askedMs: clock.now().getTime(), providers: await store.scheduledProviders() };
    }
    return scheduled.providers.filter((provider) => !ids.includes(provider));
  }

  return {
    busyIn,

    enter(key: string): void {
      busy.set(key, busyIn(key) + 1);
    },

    leave(key: string): void {
      busy.set(key, busyIn(key) - 1);
      if (full.has(key)) onRoom();
    },

    async open(): Promise<Opening[]> {
      const ids = system.providers.ids();
      const [watched, others] = await Promise.all([Promise.all(ids.map(watching)), strangers(ids)]);
      return [
        ...watched,
        ...others.map((provider) => opening(provider, 'watch')),
        ...[...ids, ...others].map((provider) => opening(provider, 'collect')),
      ];
    },

    /** After the steps of a pass have begun: gives back what it did not need. Answers how long an empty bucket rests. */
    async close(openings: Opening[], claimed: Claimed[]): Promise<number | null> {
      const taken = new Map<string, number>();
      for (const one of claimed) taken.set(laneOf(one), (taken.get(laneOf(one)) ?? 0) + 1);
      const left = openings.map((one) => ({
        ...one,
        spare: one.limit - (taken.get(keyOf(one.provider, one.lane)) ?? 0),
      }));
      const empty = left.flatMap(({ spare, limit, bucket }) =>
        spare === 0 && bucket && limit < bucket.asked ? [bucket.nextMs] : [],
      );
      const filled = left.filter(({ spare, limit, bucket }) => spare === 0 && !(bucket && limit < bucket.asked));
      full = new Set(filled.map(({ provider, lane }) => keyOf(provider, lane)));
      if (filled.some(({ provider, lane, width }) => busyIn(keyOf(provider, lane)) < width)) onRoom();
      for (const { provider, bucket, spare } of left) {
        if (bucket && spare > 0) await store.giveTokens(provider, spare);
      }
      return empty.length > 0 ? Math.min(...empty) : null;
    },
  };
}
