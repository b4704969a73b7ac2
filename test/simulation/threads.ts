import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { add, nothing, type Summary } from './run.ts';

/** So many videos or a few more, on several threads; `say` hears of the progress once a second. */
export async function runWorlds(
  options: { videos: number; seed: number; threads: number },
  say: (sum: Summary) => void = () => {},
): Promise<{ sum: Summary; stories: string[] }> {
  const { videos, seed, threads } = options;
  const sum = nothing();
  const stories: string[] = [];
  const run = async (nth: number): Promise<void> => {
    const workerData = { from: seed + nth, step: threads, videos: videos / threads };
    // What a world throws away it throws away young.
    const resourceLimits = { maxYoungGenerationSizeMb: 96 };
    const worker = new Worker(join(import.meta.dirname, 'worlds.thread.ts'), { workerData, resourceLimits });
    worker.on('message', (news: { sum: Summary; story: string | null }) => {
      add(sum, news.sum);
      if (news.story) stories.push(news.story);
      say(sum);
    });
    await once(worker, 'exit');
  };
  await Promise.all(Array.from({ length: threads }, (_, nth) => run(nth)));
  return { sum, stories };
}
