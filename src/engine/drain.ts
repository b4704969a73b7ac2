import type { Move } from '#video/lifecycle.ts';
import type { Sweeper } from './sweep.ts';
import type { System } from './system.ts';

/** What one pass over all active videos came to. */
export type Drained = {
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
  const until = clock.now().getTime() + budgetMs;
  const moved = new Map<string, Move>();
  const errors = new Map<string, string>();
  const counts = { completed: 0, failed: 0, overdue: 0 };
  const unwatch = sweeper.onMove((move) => {
    moved.set(move.videoId, move);
    const { to, from, videoId } = move;
    if (to !== from && (to === 'completed' || to === 'failed' || to === 'overdue')) counts[to] += 1;
    const trouble = move.attempt.watch?.trouble;
    if (trouble) errors.set(videoId, `${videoId}: ${trouble.kind}, ${trouble.count} in a row since ${trouble.since}`);
  });
  try {
    const due = await store.hint('all', { restMs });
    log.info({ due }, 'pass over all active videos begins');
    for (;;) {
      const { claimed } = await sweeper.once();
      const leftMs = until - clock.now().getTime();
      if (leftMs <= 0 || (claimed === 0 && !sweeper.isBusy())) break;
      const patience = new AbortController();
      await Promise.race([sweeper.stepEnded(), clock.sleep(leftMs, patience.signal)]);
      patience.abort();
    }
  } finally {
    unwatch();
  }
  const states = await store.count(null);
  const over = (states.completed ?? 0) + (states.failed ?? 0) + (states.canceled ?? 0);
  const pending = Object.values(states).reduce((sum, n) => sum + n, 0) - over;
  const drained = { processed: moved.size, ...counts, errors: [...errors.values()], pending };
  log.info({ ...drained, errors: errors.size }, 'pass over all active videos ends');
  return drained;
}
