import type { Move } from '#video/lifecycle.ts';
import type { Claimed } from '#video/video.ts';
import type { Step } from './step.ts';
import type { Provider, Store, System } from './system.ts';
import { createFakeProvider, createWorld } from './testing.ts';

export type LoneStep = Step & {
  /** What it saved. */
  saved: Move[];
  /** What it called of the provider and the store, in order, and what it saved. */
  calls: string[];
  /** How long it slept each time, in milliseconds. */
  slept: number[];
  /** Lets time pass. */
  pass(ms: number): void;
};

/** For tests: a step alone. Each port answers at once, as the test says; time passes only when told, or in a sleep. */
export function createLoneStep(
  claimed: Claimed,
  options: {
    provider?: Partial<Omit<Provider, 'capabilities'>>;
    capabilities?: Partial<Provider['capabilities']>;
    store?: Partial<Store>;
    system?: Partial<System>;
    keepsClaim?: boolean;
    signal?: AbortSignal;
    isHeld?: () => boolean;
  } = {},
): LoneStep {
  let nowMs = claimed.at.getTime();
  const calls: string[] = [];
  const slept: number[] = [];
  const saved: Move[] = [];
  const clock: System['clock'] = {
    now: () => new Date(nowMs),
    elapsedMs: () => nowMs,
    sleep: async (ms) => {
      slept.push(ms);
      nowMs += ms;
    },
  };
  const answers: Partial<Store> = {
    holds: async () => [],
    changeCircuit: async () => true,
    saveOperation: async () => 'saved',
    quantiles: async () => null,
    lostAttempts: async () => ({ lost: [claimed.attempt], submitting: 0 }),
    knownUpstreamIds: async () => new Set(),
    ...options.store,
  };
  const store = watched(answers as Store, calls);
  const fake = createFakeProvider(clock, { latencyMs: 0, capabilities: options.capabilities ?? {} });
  return {
    system: { ...createWorld({ store: () => store }).system, clock, ...options.system },
    provider: watched({ ...fake, ...options.provider }, calls),
    signal: options.signal ?? new AbortController().signal,
    isHeld: options.isHeld ?? (() => true),
    save: async (move) => {
      calls.push(`save ${move.to}`);
      saved.push(move);
      return options.keepsClaim ?? true;
    },
    saved,
    calls,
    slept,
    pass(ms) {
      nowMs += ms;
    },
  };
}

/** Writes down each call by its name. */
function watched<T extends object>(port: T, calls: string[]): T {
  return new Proxy(port, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        calls.push(String(name));
        return value.apply(target, args);
      };
    },
  });
}
