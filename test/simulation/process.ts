import type { Clock, Media, Provider, Store, System } from '#engine/system.ts';
import type { Random } from './random.ts';
import type { Time } from './time.ts';
import type { Weather } from './weather.ts';

/** A process of ours: it sees its own clock, and may die or stand still at any call of a port, before or
 * after it had its effect. */
export type Process = {
  system: System;
  isAlive(): boolean;
  kill(): void;
  /** Its clock is off by so much. */
  skew(ms: number): void;
};

type Circumstances = { time: Time; random: Random; weather: Pick<Weather, 'crash' | 'freeze'>; onDeath: () => void };

type Call = (...args: unknown[]) => unknown;

/** A new one each time: whoever waits for the same would be kept with it, and all that belongs to him. */
const never = () => new Promise<never>(() => {});

export function createProcess(
  parts: Omit<System, 'clock'>,
  { time, random, weather: { crash, freeze }, onDeath }: Circumstances,
): Process {
  let alive = true;
  let skewMs = 0;
  let frozen: Promise<void> | null = null;
  const unlisten: (() => void)[] = [];

  function kill(): void {
    if (!alive) return;
    alive = false;
    for (const stop of unlisten) stop();
    onDeath();
  }

  /** As a machine that is suspended, and goes on as if nothing had been. */
  function standStill(ms: number): void {
    frozen ??= time.sleep(ms).then(() => {
      frozen = null;
    });
  }

  /** The same object, whose calls end with the process. */
  function mortal<T extends object>(port: T): T {
    const out: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(port)) {
      out[name] = typeof value === 'function' ? mortalCall(value as Call) : value;
    }
    return out as T;
  }

  const mortalCall =
    (call: Call): Call =>
    (...args) => {
      time.stir();
      if (random.chance(freeze)) standStill(random.between(1_000, 300_000));
      return frozen ? frozen.then(() => act(call, args)) : act(call, args);
    };

  function act(call: Call, args: unknown[]): unknown {
    if (!alive) return never();
    if (random.chance(crash)) {
      // What was asked for happens, or not; nobody is left to hear of it.
      if (random.chance(0.5)) Promise.resolve(call(...args)).catch(() => {});
      kill();
      return never();
    }
    return (call(...args) as Promise<unknown>).then(
      (answer) => {
        time.stir();
        return alive && !frozen ? answer : whenThawed(() => answer);
      },
      (error) => {
        time.stir();
        return whenThawed(() => {
          throw error;
        });
      },
    );
  }

  async function whenThawed<T>(go: () => T): Promise<T> {
    if (frozen) await frozen;
    return alive ? go() : never();
  }

  const clock: Clock = {
    now: () => new Date(time.nowMs() + skewMs),
    elapsedMs: () => time.nowMs(),
    sleep: async (ms, signal) => {
      await time.sleep(ms, signal);
      await whenThawed(() => {});
    },
  };
  const store: Store = {
    ...mortal(parts.store),
    listen(channel, listener) {
      const stop = parts.store.listen(channel, () => alive && listener());
      unlisten.push(stop);
      return stop;
    },
  };
  const providers = new Map<string, Provider>(
    parts.providers.ids().map((id) => [id, mortal(parts.providers.get(id) as Provider)]),
  );
  return {
    system: {
      ...parts,
      store,
      media: mortal<Media>(parts.media),
      providers: { ...parts.providers, get: (id) => providers.get(id) },
      clock,
    },
    isAlive: () => alive,
    kill,
    skew: (ms) => {
      skewMs = ms;
    },
  };
}
