import type { Clock } from './system.ts';

/** What comes within so long is one pass's: each costs the same, for one look as for many. */
const gatherMs = 20;

/** Lets passes begin no closer together than that. The first one after a rest begins at once. */
export function createPace(clock: Clock, signal?: AbortSignal): () => Promise<void> {
  let begunMs = Number.NEGATIVE_INFINITY;
  return async () => {
    const sinceMs = clock.elapsedMs() - begunMs;
    if (sinceMs < gatherMs) await clock.sleep(gatherMs - sinceMs, signal);
    begunMs = clock.elapsedMs();
  };
}
