import { openMemoryStore } from '#store/memory.ts';
import { judge, type Tally } from './judge.ts';
import type { Time } from './time.ts';
import { weathers } from './weather.ts';
import { runWorld, type World, type WorldOptions } from './world.ts';

export type Summary = Tally & { worlds: number };
export const videosPerWorld = 250;

export const nothing = (): Summary => ({
  worlds: 0,
  videos: 0,
  jobs: 0,
  completed: 0,
  extraPaid: 0,
  paidAndLost: 0,
  asked: 0,
  crashes: 0,
});

export function add(sum: Summary, tally: Partial<Summary>): void {
  for (const [key, value] of Object.entries(tally)) sum[key as keyof Summary] += value;
}

/** One world in memory, run and judged. */
export async function tryWorld(
  seed: number,
  more: Partial<WorldOptions> = {},
): Promise<{ world: World; tally: Tally }> {
  const store = ({ nowMs }: Time) => openMemoryStore({ now: () => new Date(nowMs()), dailyCapMicroUsd: null });
  const world = await runWorld({ seed, videos: videosPerWorld, store, ...more });
  return { world, tally: await judge(world) };
}

const stormsEach = 40;

/** The first stormy world in which it shows that a guard was taken away; null where none of forty does. */
export async function firstBroken(sabotage: NonNullable<WorldOptions['sabotage']>): Promise<World | null> {
  for (let seed = 1; seed <= stormsEach; seed++) {
    const { world } = await tryWorld(seed, { weather: weathers.storm, sabotage });
    if (world.broken.length > 0) return world;
  }
  return null;
}

/** What went wrong in a world, with the story of each video that it went wrong for. */
export async function storyOf({ seed, weather, broken, errors, store, upstreams }: World): Promise<string> {
  const lines = [`seed ${seed}, ${weather.name} weather`];
  for (const { message, videoId } of broken) {
    lines.push('', message);
    const details = await store.get(videoId, null);
    for (const { at, actor, type, stateBefore, stateAfter, data } of await store.events(videoId, null)) {
      lines.push(`  ${at.toISOString()} ${actor.type} ${type}: ${stateBefore} → ${stateAfter} ${JSON.stringify(data)}`);
    }
    for (const attempt of details?.attempts ?? []) {
      const job = upstreams.flatMap((upstream) => upstream.byKey(attempt.id) ?? [])[0];
      lines.push(`  attempt ${attempt.n} at ${attempt.provider}: ${attempt.upstreamId} ${attempt.outcome}`);
      if (job) lines.push(`  in truth ${job.id}: ${job.verdict} at ${new Date(job.endsMs).toISOString()}`);
    }
  }
  for (const error of errors) lines.push('', `a step threw: ${String((error as { err?: Error }).err?.stack ?? error)}`);
  return lines.join('\n');
}
