import type { Claimed } from '#video/video.ts';
import type { System } from './system.ts';

/** The claim ran out or was taken over: whoever holds it now goes on. */
export class ClaimLost extends Error {
  override name = 'ClaimLost';
}

/**
 * Runs a step under its claim and renews the lease every third of it, so that a copy slower than the lease is finished
 * once instead of being started again by the next worker. A lost claim aborts the step.
 */
export async function underLease<T>(
  system: Pick<System, 'store' | 'clock' | 'settings'>,
  claimed: Claimed,
  stop: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { leaseMs } = system.settings;
  const over = new AbortController();
  const lost = new AbortController();
  const renewing = (async () => {
    for (;;) {
      await system.clock.sleep(leaseMs / 3, over.signal);
      if (over.signal.aborted) return;
      if (!(await system.store.renew(claimed.video.id, claimed.video.claimSeq, leaseMs))) {
        lost.abort(new ClaimLost(claimed.video.id));
        return;
      }
    }
  })();
  try {
    return await run(AbortSignal.any([lost.signal, stop]));
  } finally {
    over.abort();
    await renewing;
  }
}
