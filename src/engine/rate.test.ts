import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import { createWorld, type World } from './testing.ts';

let world: World;
afterEach(() => world.stop());

const minuteMs = 60_000;

/** Calls of the upstream, by the world's clock. */
function createLimited(perMinute: number, renderMs: number) {
  const calls: number[] = [];
  const limited = createWorld({
    store: (clock) => openMemoryStore({ now: clock.now }),
    settings: { schedule: 5_000 },
    script: {
      capabilities: { requestsPerMinute: perMinute },
      start: () => {
        calls.push(limited.clock.now().getTime());
        return 'accept';
      },
      check: (_job, elapsedMs) => {
        calls.push(limited.clock.now().getTime());
        return elapsedMs >= renderMs
          ? { kind: 'completed', renderMs: null, raw: null }
          : { kind: 'running', queued: false, progress: null, raw: null };
      },
    },
  });
  return { limited, calls };
}

/** The most calls in any 60 s. */
const densest = (calls: number[]): number =>
  Math.max(0, ...calls.map((from) => calls.filter((at) => at >= from && at < from + minuteMs).length));

describe('requests per minute', () => {
  it.each([6, 30])('are never more than %i, and everything completes', async (perMinute) => {
    const { limited, calls } = createLimited(perMinute, minuteMs);
    world = limited;
    const ids: string[] = [];
    for (let n = 0; n < 6; n++) ids.push(await world.ask());
    world.start();
    for (const id of ids) await world.until(id, 'completed', 60 * minuteMs);
    expect(calls.length).toBeGreaterThanOrEqual(12);
    expect(densest(calls)).toBeLessThanOrEqual(perMinute);
    expect(world.errors).toEqual([]);
  });

  it('are slept for, not spun for', async () => {
    const { limited } = createLimited(2, 60 * minuteMs);
    world = limited;
    for (let n = 0; n < 4; n++) await world.ask();
    let takings = 0;
    const { takeTokens } = world.system.store;
    world.system.store.takeTokens = (...args) => {
      takings++;
      return takeTokens(...args);
    };
    world.start();
    await world.clock.advance(10 * minuteMs);
    expect(takings).toBeLessThan(200);
  });

  it('of one provider leave copies alone', async () => {
    const { limited } = createLimited(2, 0);
    world = limited;
    const first = await world.ask();
    world.start();
    await world.until(first, 'completed', 5 * minuteMs);
    expect((await world.see(first)).assets).toHaveLength(1);
  });
});
