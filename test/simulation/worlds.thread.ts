import { parentPort, workerData } from 'node:worker_threads';
import { add, nothing, storyOf, tryWorld } from './run.ts';

/** Worlds one after the other, from one seed on, each with `step` more; told once a second. */
const { from, step, videos } = workerData as { from: number; step: number; videos: number };
let sum = nothing();
let toldMs = performance.now();
const tell = (story: string | null) => {
  parentPort?.postMessage({ sum, story });
  sum = nothing();
  toldMs = performance.now();
};

let done = 0;
for (let seed = from; done < videos; seed += step) {
  const { world, tally } = await tryWorld(seed);
  add(sum, { ...tally, worlds: 1 });
  done += tally.videos;
  const bad = world.broken.length > 0 || world.errors.length > 0;
  if (bad || performance.now() - toldMs > 1_000) tell(bad ? await storyOf(world) : null);
}
tell(null);
