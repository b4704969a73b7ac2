import { createPace } from './pace.ts';
import { createSweeper, type Sweeper, type Swept } from './sweep.ts';
import type { System } from './system.ts';

/** Looks at the schedule at least this often, whatever was missed (a lost NOTIFY, a clock that jumped). */
const floorMs = 30_000;
/** Made once: an abort without a reason makes an exception for each wake-up. */
const awake = new Error('awake');

export type Worker = {
  /** A hint: something may be due earlier than thought. */
  wake(): void;
  sweeper: Sweeper;
  /** Ends the loop and its steps; what was under way goes on elsewhere, or at the next start. */
  stop(): Promise<void>;
};

/**
 * The loop around the sweep: sweep, sleep until the next due time, be woken by NOTIFY or in-process. It holds no state:
 * the rows are the schedule, and a kill at any line loses nothing.
 */
export function startWorker(system: System): Worker {
  const { store, clock, log } = system;
  const sweeper = createSweeper(system);
  const over = new AbortController();
  const pace = createPace(clock, over.signal);
  let nap = new AbortController();
  const rouse = () => nap.abort(awake);
  const wake = () => {
    sweeper.hear();
    rouse();
  };
  // What is saved while a pass asks for the next due time may have come too late for its answer.
  let soonestMs = Number.POSITIVE_INFINITY;
  let napUntilMs = Number.NEGATIVE_INFINITY;
  sweeper.onMove(({ next, keepsClaim }) => {
    if (!next || keepsClaim) return;
    soonestMs = Math.min(soonestMs, next.getTime());
    if (soonestMs < napUntilMs) rouse();
  });
  sweeper.onRoom(rouse);
  const unlisten = store.listen('due', wake);

  async function sleepUntilDue({ nextAt, restMs, now }: Swept): Promise<void> {
    const dueMs = Math.min(nextAt?.getTime() ?? Number.POSITIVE_INFINITY, soonestMs) - now.getTime();
    const napMs = Math.max(0, Math.min(floorMs, dueMs, restMs ?? floorMs));
    napUntilMs = now.getTime() + napMs;
    await clock.sleep(napMs, nap.signal);
  }

  async function loop(): Promise<void> {
    let failures = 0;
    for (;;) {
      await pace();
      if (over.signal.aborted) return;
      nap = new AbortController();
      soonestMs = Number.POSITIVE_INFINITY;
      napUntilMs = Number.NEGATIVE_INFINITY;
      try {
        await sleepUntilDue(await sweeper.once());
        failures = 0;
      } catch (error) {
        failures += 1;
        log.error({ err: error, failures }, 'sweep failed');
        await clock.sleep(Math.min(floorMs, 250 * 2 ** Math.min(failures, 7)), nap.signal);
      }
    }
  }

  const looping = loop();
  return {
    wake,
    sweeper,
    async stop() {
      over.abort(awake);
      unlisten();
      rouse();
      await sweeper.stop();
      await looping;
    },
  };
}
