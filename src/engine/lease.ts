import type { Claimed } from '#video/video.ts';
import type { Clock, System } from './system.ts';

/** The claim ran out or was taken over: whoever holds it now goes on. */
export class ClaimLost extends Error {
  override name = 'ClaimLost';
}

/** Made once: an abort without a reason makes an exception, stack and all, for each step. */
const ended = new Error('the step ended');

/**
 * Runs a step under its claim and renews the lease every third of it, so that a copy slower than the lease is finished
 * once instead of being started again by the next worker. A lost claim aborts the step; a store that does not answer does
 * so only when the lease is over. It is counted by `passedMs`, from before the claim was asked for.
 */
export async function underLease<T>(
  system: Pick<System, 'store' | 'clock' | 'settings' | 'log'>,
  claimed: Claimed,
  { passedMs, stop }: { passedMs: () => number; stop: AbortSignal },
  run: (signal: AbortSignal, isHeld: () => boolean) => Promise<T>,
): Promise<T> {
  const lease = { passedMs, untilMs: system.settings.leaseMs };
  const over = new AbortController();
  // By hand: `AbortSignal.any` is much dearer, and this is made for every look.
  const step = new AbortController();
  const stopped = () => step.abort(stop.reason);
  stop.addEventListener('abort', stopped);
  if (stop.aborted) stopped();
  const renewing = keepRenewed(system, claimed, lease, over.signal).then((held) => {
    if (!held) step.abort(new ClaimLost(claimed.video.id));
  });
  try {
    return await run(step.signal, () => passedMs() < lease.untilMs);
  } catch (error) {
    // Whatever the step fell over when it was told to stop is no failure of its own.
    throw step.signal.reason instanceof ClaimLost ? step.signal.reason : error;
  } finally {
    stop.removeEventListener('abort', stopped);
    over.abort(ended);
    await renewing;
  }
}

/** Resolves to false when the claim is lost, to true when the step is over. Never throws. */
async function keepRenewed(
  { store, clock, settings, log }: Pick<System, 'store' | 'clock' | 'settings' | 'log'>,
  { video: { id, claimSeq } }: Claimed,
  lease: { passedMs: () => number; untilMs: number },
  over: AbortSignal,
): Promise<boolean> {
  const { leaseMs } = settings;
  let restMs = leaseMs / 3;
  for (;;) {
    await clock.sleep(restMs, over);
    if (over.aborted) return true;
    const askedMs = lease.passedMs();
    const renewal = store.renew(id, claimSeq, leaseMs).catch((err: unknown) => {
      log.warn({ video: id, err }, 'a lease could not be renewed');
      return null;
    });
    const renewed = await within(clock, Math.max(0, lease.untilMs - askedMs), renewal, over);
    if (over.aborted) return true;
    if (renewed === false) return false;
    if (renewed) lease.untilMs = askedMs + leaseMs;
    const leftMs = lease.untilMs - lease.passedMs();
    if (leftMs <= 0) return false;
    restMs = renewed ? leaseMs / 3 : Math.min(leaseMs / 12, leftMs);
  }
}

/** What the work comes to; null when that takes longer, or the signal aborts. */
async function within<T>(clock: Clock, ms: number, work: Promise<T | null>, signal: AbortSignal): Promise<T | null> {
  const settled = new AbortController();
  try {
    return await Promise.race([work, clock.sleep(ms, AbortSignal.any([settled.signal, signal])).then(() => null)]);
  } finally {
    settled.abort(ended);
  }
}
