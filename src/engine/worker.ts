import { createSweeper, type Sweeper, type Swept } from './sweep.ts';
import type { System } from './system.ts';

/** Looks at the schedule at least this often, whatever was missed (a lost NOTIFY, a clock that jumped). */
const floorMs = 30_000;
/** And never in a tighter loop than this. */
const tightestMs = 20;
/** While a lane is full its due rows hide the next due time of the others, which must not wait for a long copy. */
const fullLaneMs = 250;
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
  let woken = false;
  let nap = new AbortController();
  let stopped = false;
  const wake = () => {
    woken = true;
    nap.abort(awake);
  };
  const sweeper = createSweeper(system);
  // What is saved before the next due time is asked for is seen by that; afterwards only an earlier look is news.
  let napUntilMs = Number.NEGATIVE_INFINITY;
  sweeper.onMove(({ next }) => {
    if (next && next.getTime() < napUntilMs) wake();
  });
  const unlisten = store.listen('due', wake);

  async function sleepUntilDue({ more, resting }: Swept): Promise<void> {
    nap = new AbortController();
    if (woken || stopped) return;
    if (more) {
      await Promise.race([sweeper.stepEnded(), clock.sleep(fullLaneMs, nap.signal)]);
      return;
    }
    napUntilMs = Number.POSITIVE_INFINITY;
    // A provider that must rest has rows that stay due: they would keep the loop turning.
    const due = await store.nextDue(resting?.providers);
    const dueMs = due.at ? due.at.getTime() - due.now.getTime() : floorMs;
    const nextMs = Math.max(tightestMs, Math.min(dueMs, resting?.ms ?? floorMs));
    const napMs = Math.min(floorMs, nextMs);
    napUntilMs = due.now.getTime() + napMs;
    if (!woken) await clock.sleep(napMs, nap.signal);
  }

  async function loop(): Promise<void> {
    let failures = 0;
    while (!stopped) {
      woken = false;
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
      stopped = true;
      unlisten();
      nap.abort(awake);
      await sweeper.stop();
      await looping;
    },
  };
}
