import { move } from '#video/lifecycle.ts';
import type { Claimed } from '#video/video.ts';
import { chance, stopwatch } from './circumstances.ts';
import type { Step } from './step.ts';

const restMs = 60_000;
const leastMs = 1_000;
const spreadMs = 2_000;

/**
 * A video whose provider is not configured, or does not answer anybody until its next try: nobody is asked, so only the
 * deadline is told, and no verdict given.
 */
export async function park(
  { system, save }: Omit<Step, 'provider'>,
  claimed: Claimed,
  until: Date | null = null,
): Promise<void> {
  const { video } = claimed;
  const now = stopwatch(system, claimed)();
  const late = video.state === 'running' && video.deadlineAt !== null && now >= video.deadlineAt;
  await save(
    move(claimed, late ? 'overdue' : video.state, {
      ...(late ? { event: 'overdue' as const } : {}),
      next: video.state === 'queued' ? null : restUntil(until, now, chance(system)),
    }),
  );
}

/** Not all at the same moment. */
function restUntil(until: Date | null, now: Date, random: number): Date {
  const ms = until ? Math.max(until.getTime(), now.getTime() + leastMs) : now.getTime() + restMs;
  return new Date(ms + random * spreadMs);
}
