import type { Move } from '#video/lifecycle.ts';
import type { Claimed } from '#video/video.ts';
import { check } from './check.ts';
import { providerOf } from './circumstances.ts';
import { collect } from './collect.ts';
import { holdsOf, isCutOff } from './holds.ts';
import { park } from './park.ts';
import { resolve } from './resolve.ts';
import { recover, start } from './start.ts';
import type { Provider, System } from './system.ts';

/** What a step works with. `save` answers false when the claim was lost: the step stops there. */
export type Step = {
  system: System;
  provider: Provider;
  save: (move: Move) => Promise<boolean>;
  /** Aborts when the claim is lost or the process stops. */
  signal: AbortSignal;
  /** Whether the claim still runs by our clock: after standing still, that is known before the signal tells. */
  isHeld: () => boolean;
};

/** One step of one claimed video, by its state. A provider that is not configured (any more) is asked nothing. */
export async function takeStep(step: Omit<Step, 'provider'>, claimed: Claimed): Promise<void> {
  const provider = providerOf(step.system, claimed);
  if (!provider) return park(step, claimed);
  const withProvider = { ...step, provider };
  const { operation } = claimed.attempt;
  switch (claimed.video.state) {
    case 'queued':
      return operation ? recover(withProvider, claimed) : start(withProvider, claimed);
    case 'submitting':
      return recover(withProvider, claimed);
    case 'storing':
      return collect(withProvider, claimed);
  }
  const hold = (await holdsOf(step.system)).get(provider.id);
  if (isCutOff(hold)) return park(step, claimed, hold.nextTryAt);
  switch (claimed.video.state) {
    case 'unknown':
    case 'needs_decision':
      return operation ? recover(withProvider, claimed) : resolve(withProvider, claimed);
    default:
      return operation ? check(withProvider, claimed) : resolve(withProvider, claimed);
  }
}
