import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import type { Answer } from '#video/answer.ts';
import { type Drained, drain } from './drain.ts';
import { createSweeper } from './sweep.ts';
import { createWorld, type World } from './testing.ts';

type Line = { text: string; [field: string]: unknown };

let world: World;
afterEach(() => world.stop());

function answerTo(prompt: string): Answer {
  if (prompt === 'good') return { kind: 'completed', renderMs: null, raw: null };
  if (prompt === 'bad') return { kind: 'failed', code: 'moderation', message: 'no', raw: null };
  return { kind: 'running', queued: false, progress: 40, raw: null };
}

describe('the log of a pass', () => {
  it('says how many it found, every move, what timed out and after how long, and what it came to', async () => {
    const lines: Line[] = [];
    world = createWorld({ store: (clock) => openMemoryStore({ now: () => clock.now() }) });
    const keep = (fields: object, text: string) => void lines.push({ ...fields, text });
    world.system.log = { ...world.system.log, info: keep, warn: keep };
    world.provider.script.check = (job) => answerTo(job.request.prompt);
    const [good, bad, late] = [await world.ask('good'), await world.ask('bad'), await world.ask('late')];
    await pass(world);
    lines.length = 0;
    await world.clock.advance(17.3 * 60_000);
    const drained = await pass(world);
    expect(drained).toMatchObject({ processed: 3, completed: 1, failed: 1, overdue: 1, errors: [], pending: 1 });

    expect(lines[0]).toMatchObject({ text: 'pass over all active videos begins', active: 3 });
    const moves = lines.filter(({ text }) => text === 'move').map(({ video, from, to }) => [video, from, to]);
    expect(moves).toEqual(
      expect.arrayContaining([
        [good, 'running', 'storing'],
        [good, 'storing', 'completed'],
        [bad, 'running', 'failed'],
        [late, 'running', 'overdue'],
      ]),
    );
    const timedOut = lines.find(({ text }) => text.includes('timed out'));
    expect(timedOut).toMatchObject({ video: late, minutes: expect.closeTo(17.3, 0) });
    expect(lines.at(-1)).toMatchObject({
      text: 'pass over all active videos ends',
      completed: 1,
      failed: 1,
      overdue: 1,
      errors: 0,
      durationMs: expect.any(Number),
    });
  });
});

/** A pass, while the time of the world goes on. */
async function pass({ system, clock }: World): Promise<Drained> {
  let ended = false;
  const passing = drain(system, createSweeper(system), 8_000).finally(() => {
    ended = true;
  });
  while (!ended) await clock.advance(50);
  return passing;
}
