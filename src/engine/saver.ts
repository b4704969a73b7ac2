import type { Move } from '#video/lifecycle.ts';
import type { System } from './system.ts';

const maxBatch = 200;

type Waiting = { move: Move; resolve: (saved: boolean) => void; reject: (error: unknown) => void };

/**
 * Gathers the moves of steps that end at about the same time into one transaction: while one batch is being saved the
 * next one fills. `save` answers false when the claim was lost.
 */
export function createSaver(system: Pick<System, 'store'>, onSaved: (move: Move) => void) {
  let waiting: Waiting[] = [];
  let flushing = false;

  /**
   * One move of each video: a process that stood still goes on with steps whose videos it has claimed anew, and the fence
   * has to judge the two one after the other.
   */
  function nextBatch(): Waiting[] {
    const batch = new Map<string, Waiting>();
    const later: Waiting[] = [];
    for (const one of waiting) {
      if (batch.size < maxBatch && !batch.has(one.move.videoId)) batch.set(one.move.videoId, one);
      else later.push(one);
    }
    waiting = later;
    return [...batch.values()];
  }

  async function flush(): Promise<void> {
    if (flushing) return;
    flushing = true;
    while (waiting.length > 0) {
      const batch = nextBatch();
      try {
        const results = await system.store.saveMoves(batch.map((one) => one.move));
        batch.forEach((one, i) => {
          if (results[i] === 'saved') onSaved(one.move);
          one.resolve(results[i] === 'saved');
        });
      } catch (error) {
        for (const one of batch) one.reject(error);
      }
    }
    flushing = false;
  }

  return (move: Move): Promise<boolean> =>
    new Promise((resolve, reject) => {
      waiting.push({ move, resolve, reject });
      setImmediate(flush);
    });
}
