import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '#store/memory.ts';
import { receiveCall } from './receive-call.ts';
import type { Store } from './system.ts';
import { addProvider, createWorld, type World } from './testing.ts';
import { startWorker } from './worker.ts';

let world: World;
const open = (options: Partial<Parameters<typeof createWorld>[0]> = {}) => {
  world = createWorld({ store: (clock) => openMemoryStore({ now: () => clock.now() }), ...options });
  return world;
};
afterEach(() => world.stop());

/** A process that dies at its n-th call of the store: from then on nothing it does has an effect. */
function mortal(store: Store, lives: number): Store {
  let calls = 0;
  return new Proxy(store, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver);
      if (typeof value !== 'function' || name === 'listen' || name === 'close') return value;
      return (...args: unknown[]) => {
        calls += 1;
        if (calls >= lives) return new Promise(() => {});
        return value.apply(target, args);
      };
    },
  });
}

const deaths = (from: number, count: number) => Array.from({ length: count }, (_, i) => i + from);

/** What the ledger says that a take costs, in millionths of a US dollar. */
const paid = async (id: string) =>
  (await world.system.store.ledgerOf(id)).reduce((sum, entry) => sum + entry.amountMicroUsd, 0);

describe('a crash', () => {
  it.each(deaths(2, 60))('at call %i of the store loses nothing and pays once', async (n) => {
    open({ script: { latencyMs: 1_000, renderMs: 8_000 } });
    const id = await world.ask();
    startWorker({ ...world.system, store: mortal(world.system.store, n) });
    await world.clock.advance(n * 250);
    world.start();
    const { video, attempts } = await world.until(id, 'completed');
    expect(video.progress).toBe(100);
    expect(attempts).toHaveLength(1);
    expect(world.provider.posts).toHaveLength(1);
  });

  it.each(deaths(2, 60))('at call %i on the way to another provider pays once, there', async (n) => {
    const full = { kind: 'rejected', code: 'capacity', message: 'no GPU free', raw: null } as const;
    open({ script: { latencyMs: 1_000, start: () => full } });
    const other = addProvider(world, { fallbacks: { to: ['other/model'], dearer: false } });
    other.script.latencyMs = 1_000;
    const id = await world.ask();
    startWorker({ ...world.system, store: mortal(world.system.store, n) });
    await world.clock.advance(n * 250);
    // A refusal that was not saved is an outcome that nobody knows: the list proves nothing, and a person decides.
    world.start();
    const { video } = await world.until(id, 'over', 200_000).catch(() => world.see(id));
    expect(world.provider.posts).toHaveLength(1);
    expect(other.posts).toHaveLength(video.state === 'needs_decision' ? 0 : 1);
    expect(['completed', 'needs_decision']).toContain(video.state);
    if (video.state === 'completed') expect(await paid(id)).toBe(400_000);
  });

  it.each(deaths(1, 6))('at call %i of the store while a provider calls about a lost create', async (n) => {
    open({ script: { start: () => 'lose', renderMs: 20_000 } });
    const { provider, system } = world;
    provider.capabilities.callsBack = true;
    provider.list = undefined;
    provider.verifyWebhook = async () => ({
      eventId: 'event 1',
      job: { upstreamId: 'up_1', operation: { id: 'up_1' } },
    });
    world.start();
    const id = await world.ask();
    const attempt = (await world.until(id, 'unknown')).attempts[0];
    const token =
      system.hooks
        .urlFor('fake', attempt?.id ?? '')
        ?.split('/')
        .at(-1) ?? '';
    const delivery = { headers: new Headers(), body: new Uint8Array() };
    await world.clock.advance(30_000);
    void receiveCall({ ...system, store: mortal(system.store, n) }, 'fake', token, delivery);
    await world.clock.advance(1_000);
    // Not answered, so the provider calls again.
    await receiveCall(system, 'fake', token, delivery);
    await world.until(id, 'completed', 400_000);
    expect(provider.posts).toHaveLength(1);
    expect(provider.jobs.size).toBe(1);
  });
});
