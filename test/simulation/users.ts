import { Busy, CommandRefused, NoSuchVideo, runCommand } from '#engine/commands.ts';
import type { System } from '#engine/system.ts';
import type { Command } from '#video/commands.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

const whims: Command[] = [
  { name: 'cancel' },
  { name: 'cancel', discard: true },
  { name: 'delete' },
  { name: 'reset' },
  { name: 'retry' },
  { name: 'retry', force: true },
  { name: 'collect' },
];

const decisions: Command[] = [
  { name: 'decide', decision: 'keep_looking' },
  { name: 'decide', decision: 'send_again' },
  { name: 'decide', decision: 'stop_looking' },
];

/** Commands after which a second job is what somebody wished for. */
const paysAgain = (command: Command) =>
  command.name === 'retry' || (command.name === 'decide' && command.decision === 'send_again');

/** People: some do something with their take at some moment, most decide when they are asked, a few never do. */
export function createUsers(world: World, face: () => System | null, random: Random) {
  const { time, weather } = world;
  /** Who never answers. */
  const silent = new Set<string>();

  async function command(id: string, what: Command): Promise<void> {
    const system = face();
    if (!system) return;
    try {
      const actor = { type: 'user' as const, id: 'somebody' };
      // Whoever dies in the middle of it may have done it.
      if (paysAgain(what)) world.again.add(id);
      const { videoId } = await runCommand(system, id, null, what, actor);
      if (videoId === id) return;
      world.ids.push(videoId);
      watch(videoId);
    } catch (error) {
      if (!(error instanceof CommandRefused || error instanceof Busy || error instanceof NoSuchVideo)) throw error;
    }
  }

  /** Now and then they see what they are asked, and answer some of it. */
  async function decide(): Promise<void> {
    for (;;) {
      await time.sleep(random.between(60_000, 300_000));
      if (world.over) return;
      const asked = await world.store.list({ ownerId: null, states: ['needs_decision'], limit: 1_000, order: 'asc' });
      for (const { video } of asked) {
        if (!silent.has(video.id) && random.chance(0.3)) void command(video.id, random.pick(decisions));
      }
    }
  }
  void decide();

  function watch(id: string): void {
    if (random.chance(weather.user)) {
      void time.sleep(random.between(0, 600_000)).then(() => command(id, random.pick(whims)));
    }
    if (random.chance(0.1)) silent.add(id);
  }
  return { watch };
}
