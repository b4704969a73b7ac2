import type { Circuit, CircuitNews } from '#video/circuit.ts';
import type { Actor } from '#video/video.ts';

/** Why something is held back from a provider. */
export type Hold = Pick<Circuit, 'stoppedAt' | 'openedAt' | 'nextTryAt' | 'trialAt'> & {
  provider: string;
  /** By an operator. */
  pausedAt: Date | null;
};

/** What all processes know together about a provider. */
export type ProviderState = {
  /** What happened at a provider → its circuit, one for all processes; true = that changed it. Writes opening and closing down. */
  changeCircuit(provider: string, news: CircuitNews): Promise<boolean>;
  /** The providers that something is held back from. */
  holds(): Promise<Hold[]>;
  /** Lets nothing be sent to a provider, or again; false = it was so already. Writes an event. */
  setPaused(provider: string, paused: boolean, actor: Actor): Promise<boolean>;
  /**
   * Takes up to `want` requests out of the provider's bucket, which all processes share: in any 60 s it gives no more
   * than `perMinute`. `nextMs` = until there is another one.
   */
  takeTokens(provider: string, want: number, perMinute: number): Promise<{ granted: number; nextMs: number }>;
  /** Puts back what was not used. */
  giveTokens(provider: string, tokens: number): Promise<void>;
};
