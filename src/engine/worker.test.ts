import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import type { Store } from './system.ts';
import { createWorld, type World } from './testing.ts';

let world: World;
afterEach(() => world.stop());

/** A world whose calls of the store are counted, by name. */
function open(options: Partial<Parameters<typeof createWorld>[0]> = {}) {
  world = createWorld({ store: (clock) => openMemoryStore({ now: () => clock.now() }), ...options });
  const calls = new Map<string | symbol, number>();
  world.system.store = new Proxy(world.system.store, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver);
      if (typeof value !== 'function' || name === 'listen') return value;
      return (...args: unknown[]) => {
        calls.set(name, (calls.get(name) ?? 0) + 1);
        return value.apply(target, args);
      };
    },
  });
  return {
    count: (...names: (keyof Store)[]) => names.reduce((sum, name) => sum + (calls.get(name) ?? 0), 0),
    all: () => [...calls.values()].reduce((sum, n) => sum + n, 0),
    reset: () => calls.clear(),
  };
}

describe('the loop', () => {
  it('asks little of the store while there is nothing to do', async () => {
    const calls = open();
    world.start();
    await world.clock.advance(60_000);
    calls.reset();
    await world.clock.advance(300_000);
    expect(calls.count('claim')).toBeGreaterThanOrEqual(9);
    expect(calls.all()).toBeLessThanOrEqual(30);
  });

  it('makes one pass of many calls at once, and of the first at once', async () => {
    const calls = open();
    const worker = world.start();
    await world.clock.advance(1_000);
    calls.reset();
    worker.wake();
    await world.clock.advance(0);
    expect(calls.count('claim')).toBe(1);
    for (let n = 0; n < 100; n++) {
      worker.wake();
      await world.clock.advance(1);
    }
    expect(calls.count('claim')).toBeLessThanOrEqual(7);
  });

  it('looks at a lone video on time', async () => {
    open({ settings: { schedule: 5_000 }, script: { renderMs: 3_600_000 } });
    world.start();
    const id = await world.ask();
    await world.until(id, 'running');
    for (let n = 0; n < 20; n++) {
      const { checkAt } = (await world.see(id)).video;
      await world.clock.advance((checkAt?.getTime() ?? Number.NaN) - world.clock.now().getTime());
      expect((await world.see(id)).video.checkedAt).toEqual(checkAt);
      await world.clock.advance(1_000);
    }
  });

  it('fills a lane again as soon as a step ends, and does not ask meanwhile', async () => {
    const calls = open({ writeMs: 25_000, settings: { collectWidth: 1 } });
    world.start();
    const ids = [await world.ask('one'), await world.ask('two')];
    for (const id of ids) await world.until(id, 'storing');
    calls.reset();
    const [first, second] = await Promise.all([
      world.until(ids[0] ?? '', 'completed'),
      world.until(ids[1] ?? '', 'completed'),
    ]);
    const doneMs = [first, second].map(({ video }) => video.completedAt?.getTime() ?? 0).sort((a, b) => a - b);
    expect((doneMs[1] ?? 0) - (doneMs[0] ?? 0)).toBeLessThan(25_500);
    expect(calls.count('claim')).toBeLessThan(20);
  });
});

describe('a line at a provider without a free slot', () => {
  const slots = { capabilities: { slots: 1 } };

  it('is left alone until somebody makes room, and then goes on at once', async () => {
    const calls = open({ script: { renderMs: 600_000, ...slots }, settings: { schedule: 2_000 } });
    world.start();
    const first = await world.ask('one');
    await world.until(first, 'running');
    const second = await world.ask('two');
    await world.clock.advance(10_000);
    calls.reset();
    await world.clock.advance(200_000);
    expect(calls.count('saveMoves')).toBeGreaterThan(80);
    expect(calls.count('admit')).toBeLessThanOrEqual(21);
    world.provider.script.renderMs = 0;
    await world.until(first, 'completed', 5_000);
    await world.until(second, 'running', 500);
  });

  it('goes on when one that was let in is canceled before it is sent', async () => {
    open({ script: slots });
    const { store } = world.system;
    const [first, second] = [await world.ask('one'), await world.ask('two')];
    expect(await store.admit([{ provider: 'fake', slots: 1 }], 10)).toBe(1);
    const claimed = await store.claimOne(first, null, 30_000);
    if (!claimed || claimed === 'busy') throw new Error('not claimed');
    world.start();
    await world.clock.advance(1_000);
    expect((await world.see(second)).video.checkAt).toBeNull();
    await store.requestCancel(first, false, { type: 'user', id: 'owner' });
    await store.release([{ id: first, seq: claimed.video.claimSeq }]);
    await world.until(first, 'canceled', 1_000);
    await world.until(second, 'running', 1_000);
  });
});
