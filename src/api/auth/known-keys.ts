import { createCache } from '#api/cache.ts';
import type { ApiKeys } from '#api/context.ts';

/** A revoked key may go on for so long: the price for a poller that costs one query per read, and not two. */
const knownForMs = 1_000;
const mostKeys = 1_000;

/** Remembers keys that were right for a moment. One that was wrong is asked about each time: it may be made just now. */
export function rememberKeys(keys: ApiKeys): ApiKeys {
  const known = createCache<Awaited<ReturnType<ApiKeys['verify']>>>(mostKeys, knownForMs);
  const wrong = new Error('no such key');
  return {
    async verify(secret) {
      try {
        return await known(secret, async () => {
          const holder = await keys.verify(secret);
          if (!holder) throw wrong;
          return holder;
        });
      } catch (error) {
        if (error === wrong) return null;
        throw error;
      }
    },
  };
}
