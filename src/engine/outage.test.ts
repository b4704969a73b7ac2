import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import type { Store } from './system.ts';
import { createWorld, type World } from './testing.ts';
import { startWorker } from './worker.ts';

let world: World;
afterEach(() => world.stop());

/** A store that is away for some of the world's time: every call of it is an error. */
function away(store: Store, isAway: () => boolean): Store {
  return new Proxy(store, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver);
      if (typeof value !== 'function' || name === 'listen' || name === 'close') return value;
      return (...args: unknown[]) =>
        isAway() ? Promise.reject(new Error('the database is away')) : value.apply(target, args);
    },
  });
}

describe('a store that goes away', () => {
  it('while the provider takes a job does not lose its id, at a provider that neither lists nor deduplicates', async () => {
    world = createWorld({
      store: (clock) => openMemoryStore({ now: () => clock.now() }),
      script: { latencyMs: 2_000, renderMs: 8_000, capabilities: { lists: false } },
    });
    const id = await world.ask();
    let isAway = false;
    const store = away(world.system.store, () => isAway);
    const log = { ...world.system.log, error() {} };
    const worker = startWorker({ ...world.system, store, log });
    await world.until(id, 'submitting');
    isAway = true;
    await world.clock.advance(10_000);
    expect(world.provider.posts).toHaveLength(1);
    isAway = false;
    await world.until(id, 'completed');
    expect((await world.system.store.events(id, null)).map(({ type }) => type)).not.toContain('unclear');
    expect(world.provider.posts).toHaveLength(1);
    await worker.stop();
  });
});
