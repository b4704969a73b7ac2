import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { APIError } from 'better-auth/api';
import { DrizzleQueryError } from 'drizzle-orm';
import type { Database } from '#store/database/database.ts';
import { namedError } from '#store/database/named-error.ts';
import { authSchema } from '#store/schema/auth.ts';
import { StoreAway } from '#video/errors/store-away.ts';

/** The rows of people, their passwords and sessions, as Better Auth reads and writes them. */
export function signInRows({ drizzle }: Database): ReturnType<typeof drizzleAdapter> {
  const open = drizzleAdapter(drizzle, { provider: 'pg', schema: authSchema });
  return (options) =>
    new Proxy(open(options), {
      get(adapter, name) {
        const part: unknown = Reflect.get(adapter, name);
        if (typeof part !== 'function') return part;
        return async (...args: unknown[]) => {
          try {
            return await part.apply(adapter, args);
          } catch (error) {
            throw withoutValues(error);
          }
        };
      },
    });
}

/**
 * Drizzle's error tells every value of its query, tokens of sessions too, and Better Auth writes it to the log. It passes
 * only its own kind of error on to who asked.
 */
function withoutValues(error: unknown): unknown {
  if (!(error instanceof DrizzleQueryError)) return error;
  const cause = namedError(error.cause);
  if (cause instanceof StoreAway) return Object.assign(new APIError('SERVICE_UNAVAILABLE'), { cause });
  return cause instanceof Error ? new Error(cause.message) : cause;
}
