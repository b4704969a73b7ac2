import { move } from '#video/lifecycle.ts';
import type { Claimed } from '#video/video.ts';
import { stopwatch } from './circumstances.ts';
import type { Step } from './step.ts';

const restMs = 60_000;

/** A video whose provider is not configured: nobody can be asked, so only the deadline is told, and no verdict given. */
export async function park({ system, save }: Omit<Step, 'provider'>, claimed: Claimed): Promise<void> {
  const { video } = claimed;
  const now = stopwatch(system, claimed)();
  const late = video.state === 'running' && video.deadlineAt !== null && now >= video.deadlineAt;
  await save(
    move(claimed, late ? 'overdue' : video.state, {
      ...(late ? { event: 'overdue' as const } : {}),
      next: video.state === 'queued' ? null : new Date(now.getTime() + restMs),
    }),
  );
}
