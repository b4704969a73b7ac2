import type { CircuitNews } from '#video/circuit.ts';
import type { Hold, Provider, System } from './system.ts';

type Known = { untilMs: number; holds: Promise<Map<string, Hold>> };
const knownTo = new WeakMap<object, Known>();
const knownForMs = 1_000;

/** What is held back from which provider: one question a second for all looks, and none is held up by it. */
export function holdsOf({ store, clock }: Pick<System, 'store' | 'clock'>): Promise<Map<string, Hold>> {
  const nowMs = clock.now().getTime();
  const known = knownTo.get(store);
  if (known && nowMs < known.untilMs) return known.holds;
  const holds = store.holds().then((all) => new Map(all.map((hold) => [hold.provider, hold])));
  knownTo.set(store, { untilMs: nowMs + knownForMs, holds });
  holds.catch(() => knownTo.delete(store));
  return holds;
}

/** As it is in the database now: before money is spent. */
export function freshHoldOf(system: Pick<System, 'store' | 'clock'>, provider: string): Promise<Hold | undefined> {
  knownTo.delete(system.store);
  return holdsOf(system).then((holds) => holds.get(provider));
}

/** Tells the circuit what happened; true = that changed it. */
export async function tell(
  system: Pick<System, 'store' | 'log'>,
  provider: string,
  news: CircuitNews,
): Promise<boolean> {
  if (!(await system.store.changeCircuit(provider, news))) return false;
  knownTo.delete(system.store);
  return true;
}

/** Nothing may be sent to it just now. */
export const isClosedTo = (hold: Hold | undefined): hold is Hold =>
  hold !== undefined && (hold.pausedAt !== null || hold.trialAt === null);

/** Nothing may be asked of it either. */
export const isCutOff = (hold: Hold | undefined): hold is Hold =>
  hold !== undefined && hold.openedAt !== null && hold.trialAt === null;

/** One try of all processes together: where a free request is answered, one look or start at a time may follow. */
export async function tryAgain(system: System, provider: Provider, signal: AbortSignal): Promise<void> {
  if (!(await tell(system, provider.id, { kind: 'try' }))) return;
  const patience = AbortSignal.timeout(system.settings.upstreamTimeoutMs);
  if (!(await provider.probe(AbortSignal.any([signal, patience])))) return;
  if (await tell(system, provider.id, { kind: 'trial' })) await system.store.hint({ provider: provider.id });
}
