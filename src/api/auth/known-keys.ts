import { createCache } from '#api/cache.ts';
import type { Keys } from '#store/people/keys.ts';

/** A revoked key may go on for so long: the price for a poller that costs one query per read, and not two. */
const knownForMs = 1_000;
const mostKeys = 1_000;

/** Keys whose holders are remembered for a moment. */
export type KnownKeys = Keys & {
  /** What was changed holds at once in this process. */
  forget(): void;
};

/** Remembers keys that were right for a moment. One that was wrong is asked about each time: it may be made just now. */
export function rememberKeys(keys: Keys): KnownKeys {
  const begin = () => createCache<Awaited<ReturnType<Keys['verify']>>>(mostKeys, knownForMs);
  let known = begin();
  const wrong = new Error('no such key');
  return {
    ...keys,
    forget() {
      known = begin();
    },
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
