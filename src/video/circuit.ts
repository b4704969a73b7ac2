/**
 * What keeps a provider from being asked: the circuit, one for all processes. It is about the provider and never about
 * one video, whose own failures its row tells.
 */
export type Circuit = {
  /** Creates in a row with an unclear outcome. */
  unclearStarts: number;
  /** Nothing is sent: its last creates were unclear. What runs there is still looked at. */
  stoppedAt: Date | null;
  /** Failures in a row, each of another video than the one before; since when, and of which video the last. */
  failures: number;
  failingSince: Date | null;
  failingVideo: string | null;
  /** Nothing is sent, and nothing asked. */
  openedAt: Date | null;
  nextTryAt: Date | null;
  tries: number;
  /** A free request was answered: one look or start at a time now shows whether the provider is well. */
  trialAt: Date | null;
};

export const closed: Circuit = {
  unclearStarts: 0,
  stoppedAt: null,
  failures: 0,
  failingSince: null,
  failingVideo: null,
  openedAt: null,
  nextTryAt: null,
  tries: 0,
  trialAt: null,
};

export type CircuitChange =
  /** A look or a start got no answer; `answered` = another video got one since the first of these failures. */
  | { kind: 'trouble'; videoId: string; answered: boolean }
  /** A create whose outcome is not known. */
  | { kind: 'unclear' }
  /** A create with a clear outcome: all is well. */
  | { kind: 'clear' }
  /** A look was answered. */
  | { kind: 'answered' }
  /** Somebody tries again; who comes second changes nothing. */
  | { kind: 'try' }
  /** The free request of that try was answered. */
  | { kind: 'trial' };

/** The same, as the store is told it: whether others were answered it finds by itself. */
export type CircuitNews = Exclude<CircuitChange, { kind: 'trouble' }> | { kind: 'trouble'; videoId: string };

/** So many creates in a row with an unclear outcome stop a provider's starts. */
const unclearStartsAllowed = 2;
/** So many failures in a row open the circuit: of several videos, so that a single one never does. */
const failuresAllowed = 5;
/** What lies further apart is no row of failures. */
const rowMs = 600_000;
const firstTryMs = 5_000;
const longestMs = 60_000;

export const isHeld = ({ openedAt, stoppedAt }: Pick<Circuit, 'openedAt' | 'stoppedAt'>): boolean =>
  openedAt !== null || stoppedAt !== null;

/** The circuit after what happened; the very same object where nothing changed. */
export function changed(circuit: Circuit, change: CircuitChange, now: Date): Circuit {
  switch (change.kind) {
    case 'trouble':
      return troubled(circuit, change, now);
    case 'unclear': {
      const unclearStarts = circuit.unclearStarts + 1;
      const next = { ...circuit, unclearStarts };
      if (circuit.stoppedAt) return circuit.trialAt ? waiting(next, now) : next;
      return unclearStarts < unclearStartsAllowed ? next : waiting({ ...next, stoppedAt: now }, now);
    }
    case 'clear':
      return isHeld(circuit) || circuit.unclearStarts > 0 || circuit.failures > 0 ? closed : circuit;
    case 'answered': {
      if (!circuit.openedAt) return circuit;
      // What stopped the starts is told by a start alone.
      const { unclearStarts, stoppedAt, nextTryAt, tries, trialAt } = circuit;
      return stoppedAt ? { ...closed, unclearStarts, stoppedAt, nextTryAt, tries, trialAt } : closed;
    }
    case 'try':
      return isHeld(circuit) && circuit.nextTryAt && circuit.nextTryAt <= now ? again(circuit, now) : circuit;
    case 'trial':
      if (!isHeld(circuit)) return circuit;
      // Nothing failed since the last free request, and there was nothing to try it with.
      return circuit.trialAt ? closed : { ...circuit, trialAt: now };
  }
}

function troubled(circuit: Circuit, change: CircuitChange & { kind: 'trouble' }, now: Date): Circuit {
  if (circuit.openedAt) return circuit.trialAt ? waiting(circuit, now) : circuit;
  const { failingSince, failingVideo } = circuit;
  const { videoId, answered } = change;
  const begins = answered || !failingSince || now.getTime() - failingSince.getTime() > rowMs;
  if (begins) return { ...circuit, failures: 1, failingSince: now, failingVideo: videoId };
  if (failingVideo === videoId) return circuit;
  const next = { ...circuit, failures: circuit.failures + 1, failingVideo: videoId };
  return next.failures < failuresAllowed ? next : waiting({ ...next, openedAt: now, tries: 0 }, now);
}

const again = (circuit: Circuit, now: Date): Circuit => {
  const waitMs = Math.min(longestMs, firstTryMs * 2 ** Math.min(10, circuit.tries));
  return { ...circuit, nextTryAt: new Date(now.getTime() + waitMs), tries: circuit.tries + 1 };
};

const waiting = (circuit: Circuit, now: Date): Circuit => ({ ...again(circuit, now), trialAt: null });
