import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createMiddleware } from 'hono/factory';
import type { Env } from './context.ts';
import { ApiError } from './errors.ts';

/** Below so many open requests nothing is ever refused: pollers poll. */
const alwaysFine = 1_000;
const mostOpen = 5_000;
/** So late the loop comes back when answers take seconds anyway. */
const lateMs = 250;
const windowMs = 1_000;

export type Overload = { open: number; lagMs: () => number };

/**
 * Refuses reads while there is more to answer than this process can: they come again by themselves, and a create or a
 * command must not wait behind them.
 */
export function shedReads(load: Overload = { open: 0, lagMs: eventLoopLag() }) {
  return createMiddleware<Env>(async (c, next) => {
    const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (reads && load.open >= alwaysFine && (load.open >= mostOpen || load.lagMs() > lateMs)) {
      throw new ApiError(429, 'overloaded', 'too many requests at once; come back in a moment', null, {
        'retry-after': '2',
      });
    }
    load.open += 1;
    try {
      await next();
    } finally {
      load.open -= 1;
    }
  });
}

/** How late the loop came back in the last second, but for the worst hundredth. */
function eventLoopLag(): () => number {
  const delays = monitorEventLoopDelay({ resolution: 20 });
  delays.enable();
  let since = performance.now();
  let lagMs = 0;
  return () => {
    if (performance.now() - since < windowMs) return lagMs;
    lagMs = delays.percentile(99) / 1e6 - 20;
    delays.reset();
    since = performance.now();
    return lagMs;
  };
}
