import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '#store/database/database.ts';

/** So many points in each window of so long, for each key of a name. */
export type Rate = { name: string; points: number; windowMs: number };
/** `waitMs` = until there are points again, where it is not `granted`. */
export type Taken = { granted: boolean; left: number; waitMs: number };

/** Limits that hold over all processes. */
export type RateLimits = {
  /** Takes points; a refused taking counts too. */
  take(rate: Rate, key: string, points?: number): Promise<Taken>;
  giveBack(rate: Rate, key: string, points?: number): Promise<void>;
};

type Limiter = Pick<RateLimiterPostgres, 'consume' | 'reward'>;

/** `limiter` makes one for a rate; memory's will do for tests. */
export function rateLimitsOn(
  limiter: (options: { keyPrefix: string; points: number; duration: number }) => Limiter,
): RateLimits {
  const limiters = new Map<string, Limiter>();
  const of = ({ name, points, windowMs }: Rate): Limiter => {
    const id = `${name} ${points} ${windowMs}`;
    const known = limiters.get(id) ?? limiter({ keyPrefix: name, points, duration: windowMs / 1_000 });
    limiters.set(id, known);
    return known;
  };
  return {
    async take(rate, key, points = 1) {
      try {
        const { remainingPoints, msBeforeNext } = await of(rate).consume(key, points);
        return { granted: true, left: remainingPoints, waitMs: msBeforeNext };
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        return { granted: false, left: 0, waitMs: refusal.msBeforeNext };
      }
    },
    async giveBack(rate, key, points = 1) {
      await of(rate).reward(key, points);
    },
  };
}

/** In the table `rate_limits`, through our own connection: the embedded database has no other. */
export function openRateLimits(database: Database): RateLimits {
  const storeClient = {
    async query({ text, values }: { text: string; values: unknown[] }) {
      const rows = await database.query<object>(text, values);
      return { rows, rowCount: rows.length };
    },
  };
  const table = { storeClient, storeType: 'client', tableName: 'rate_limits', tableCreated: true };
  // One that only sweeps away what ran out.
  new RateLimiterPostgres({ ...table, keyPrefix: 'sweep', points: 1, duration: 1, clearExpiredByTimeout: true });
  return rateLimitsOn((options) => new RateLimiterPostgres({ ...table, ...options, clearExpiredByTimeout: false }));
}
