import type { Move } from '#video/lifecycle.ts';
import { createPace } from './pace.ts';
import type { Sweeper } from './sweep.ts';
import type { System } from './system.ts';

/** What one pass over all active videos came to. */
export type Drained = {
  /** Going on when the pass began. */
  active: number;
  /** Videos looked at. */
  processed: number;
  completed: number;
  failed: number;
  overdue: number;
  /** Looks without an answer, one line each. */
  errors: string[];
  /** Still going on. */
  pending: number;
};

const restMs = 5_000;

/**
 * One pass over every active video, for whoever has no loop of his own (a cron service) or wants one now.
 * 1. Every look that is not held back (Retry-After) and was not made within 5 s becomes due.
 * 2. Sweep until nothing is due and nothing is under way, or the budget is spent; failures stay with their video.
 * 3. Count what the moves say. Whatever is left goes on at the next call: the rows are the schedule.
 */
export async function drain(system: System, sweeper: Sweeper, budgetMs: number): Promise<Drained> {
  const { store, clock, log } = system;
  const until = clock.elapsedMs() + budgetMs;
  const moved = new Map<string, Move>();
  const errors = new Map<string, string>();
  const counts = { completed: 0, failed: 0, overdue: 0 };
  const late: string[] = [];
  const unwatch = sweeper.onMove((move) => {
    moved.set(move.videoId, move);
    const { to, from, videoId } = move;
    if (to !== from && (to === 'completed' || to === 'failed' || to === 'overdue')) counts[to] += 1;
    if (to !== from && to === 'overdue') late.push(videoId);
    const trouble = move.attempt.watch?.trouble;
    if (trouble) errors.set(videoId, `${videoId}: ${trouble.kind}, ${trouble.count} in a row since ${trouble.since}`);
  });
  const unwatchErrors = sweeper.onError((videoId, error) => {
    errors.set(videoId, `${videoId}: ${error instanceof Error ? error.name : 'Error'}, the log says more`);
  });
  const startedMs = clock.now().getTime();
  const active = await countActive(system);
  try {
    const due = await store.hint('all', { restMs });
    log.info({ active, due }, 'pass over all active videos begins');
    sweeper.hear();
    const pace = createPace(clock);
    for (;;) {
      await pace();
      const { claimed, restMs: emptyForMs } = await sweeper.once();
      const leftMs = until - clock.elapsedMs();
      const idle = claimed === 0 && !sweeper.isBusy();
      if (leftMs <= 0 || (idle && (emptyForMs === null || emptyForMs >= leftMs))) break;
      const patience = new AbortController();
      if (idle && emptyForMs !== null) await clock.sleep(emptyForMs);
      else await Promise.race([sweeper.stepEnded(), clock.sleep(emptyForMs ?? leftMs, patience.signal)]);
      patience.abort();
    }
  } finally {
    unwatch();
    unwatchErrors();
  }
  for (const id of late) {
    const since = (await store.get(id, null))?.video.acceptedAt?.getTime() ?? startedMs;
    const minutes = Math.round((clock.now().getTime() - since) / 6_000) / 10;
    log.warn({ video: id, minutes }, 'video timed out; it is still watched');
  }
  const pending = await countActive(system);
  const drained = { active, processed: moved.size, ...counts, errors: [...errors.values()], pending };
  const durationMs = clock.now().getTime() - startedMs;
  log.info({ ...drained, errors: errors.size, durationMs }, 'pass over all active videos ends');
  return drained;
}

/** How many videos are not over, of all owners. */
export async function countActive({ store }: Pick<System, 'store'>): Promise<number> {
  const all = await store.activity();
  return all.reduce((sum, one) => sum + one.running + one.queued + one.overdue + one.needsDecision, 0);
}
