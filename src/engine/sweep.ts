import type { Move } from '#video/lifecycle.ts';
import type { Claimed } from '#video/video.ts';
import { timer } from './circumstances.ts';
import { holdsOf, tryAgain } from './holds.ts';
import { createLanes, laneOf } from './lanes.ts';
import { ClaimLost, underLease } from './lease.ts';
import { createSaver } from './saver.ts';
import { takeStep } from './step.ts';
import type { Due, System } from './system.ts';

/** An answer that is on its way is worth waiting for: a create aborted after its first byte becomes `unknown`. */
const graceMs = 2_000;
/** Rendered, and then copied: whoever waits for one video should not have to ask twice. */
const stepsAtOnce = 3;
/** Where the last admission found no slot, the next one waits for news, and no longer than this. */
const quietMs = 10_000;

export type Swept = {
  claimed: number;
  /** When there could next be something without news: a look where a lane has room, the end of a rest; null = nothing. */
  nextAt: Date | null;
  /** Providers have no requests left this minute, the first of them for so long. */
  restMs: number | null;
  /** The database's time of the pass. */
  now: Date;
};

export type Sweeper = {
  /** Admits, claims what is due as far as there is room, and starts a step for each. */
  once(): Promise<Swept>;
  /**
   * One video now, as long as a step of it is due or it may be sent; for whoever waits for an answer. Who asks meanwhile
   * shares it.
   */
  one(id: string): Promise<void>;
  /** Somebody may have come to the line, or a slot be free. */
  hear(): void;
  /** Resolves when a step ends, or at once when none is under way. */
  stepEnded(): Promise<void>;
  isBusy(): boolean;
  /** Hears of every move that this sweeper saves. Returns the way out. */
  onMove(listener: (move: Move) => void): () => void;
  /** Hears when a lane has room again that the last pass left full. Returns the way out. */
  onRoom(listener: () => void): () => void;
  /** Hears of every step that threw: a defect of ours, which stops no other video. Returns the way out. */
  onError(listener: (videoId: string, error: unknown) => void): () => void;
  /** Waits a little for the steps under way, then aborts them; their claims are given back. */
  stop(): Promise<void>;
};

/**
 * The one door: whatever wakes the system leads here.
 * 1. Claim what is due in all lanes at once, as far as each has room.
 * 2. Where somebody waits in line, admit: queued videos become due as far as slots allow, and are claimed too.
 * 3. Take the step of each row by its state, under a renewed lease.
 * 4. Save the moves in batches.
 * Where a provider does not answer, its circuit says so (video/circuit.ts): its rows rest, and one try at a time is made.
 */
export function createSweeper(system: System): Sweeper {
  const { store, settings, log, clock } = system;
  const stopping = new AbortController();
  const steps = new Set<Promise<void>>();
  const listeners = new Set<(move: Move) => void>();
  const errorListeners = new Set<(videoId: string, error: unknown) => void>();
  const roomListeners = new Set<() => void>();
  const lanes = createLanes(system, () => {
    for (const listener of roomListeners) listener();
  });
  const looking = new Map<string, Promise<void>>();
  const trying = new Set<string>();
  let stepEnd = Promise.withResolvers<void>();
  let ended = false;
  let passing: Promise<unknown> = Promise.resolve();
  let heard = 0;
  let quietUntilMs = Number.NEGATIVE_INFINITY;

  const save = createSaver(system, (move) => {
    log.info(
      { video: move.videoId, attempt: move.attemptId, from: move.from, to: move.to, event: move.event?.type ?? null },
      'move',
    );
    for (const listener of listeners) listener(move);
  });

  async function run(claimed: Claimed, passedMs: () => number): Promise<void> {
    const { id, claimSeq } = claimed.video;
    try {
      await underLease(system, claimed, { passedMs, stop: stopping.signal }, (signal, isHeld) =>
        takeStep({ system, save, signal, isHeld }, claimed),
      );
    } catch (error) {
      if (stopping.signal.aborted || error instanceof ClaimLost) {
        log.info({ video: id, reason: String(error) }, 'step given up');
      } else {
        // The lease is the pause before the next try: a step that throws never spins, and stops nobody else.
        log.error({ video: id, state: claimed.video.state, err: error }, 'step failed');
        for (const listener of errorListeners) listener(id, error);
        return;
      }
      await store.release([{ id, seq: claimSeq }]);
    }
  }

  function begin(key: string, claimed: Claimed, passedMs: () => number): Promise<void> {
    return follow(
      key,
      run(claimed, passedMs).catch((error) =>
        log.error({ video: claimed.video.id, err: error }, 'claim not given back'),
      ),
    );
  }

  /** Counts what is under way in a lane until it ends. */
  function follow(key: string, work: Promise<void>): Promise<void> {
    lanes.enter(key);
    const step = work.finally(() => {
      steps.delete(step);
      lanes.leave(key);
      stepEnd.resolve();
      stepEnd = Promise.withResolvers<void>();
    });
    steps.add(step);
    return step;
  }

  /** Where something is held back from a provider, somebody tries again in time; who waits may go elsewhere. */
  async function tryHeld(): Promise<void> {
    const now = clock.now();
    for (const [id, hold] of await holdsOf(system)) {
      const provider = system.providers.get(id);
      if (!provider || !hold.nextTryAt) continue;
      if (hold.nextTryAt <= now && !trying.has(id)) {
        trying.add(id);
        const attempt = tryAgain(system, provider, stopping.signal)
          .catch((error) => log.error({ provider: id, err: error }, 'try failed'))
          .finally(() => trying.delete(id));
        void follow(`${id} try`, attempt);
      }
      if (!hold.trialAt) await sendElsewhere(id);
    }
  }

  async function sendElsewhere(id: string): Promise<void> {
    const { catalogue } = system;
    const models = catalogue.models().filter((model) => model.provider === id);
    const movable = models.map((model) => model.id).filter((model) => catalogue.fallbacksOf(model).to.length > 0);
    if (movable.length === 0) return;
    const key = `${id} line`;
    const room = settings.watchWidth - lanes.busyIn(key);
    if (room <= 0) return;
    const passedMs = timer(clock);
    for (const one of await store.claimWaiting(id, movable, room, settings.leaseMs)) begin(key, one, passedMs);
  }

  const admit = () =>
    store.admit(
      system.providers.ids().map((id) => ({
        provider: id,
        slots: system.providers.get(id)?.capabilities.slots ?? null,
      })),
      settings.maxRunningPerOwner,
    );

  async function claimDue(): Promise<{ due: Due; restMs: number | null }> {
    const openings = await lanes.open();
    const passedMs = timer(clock);
    const due = await store.claim(openings, settings.leaseMs);
    // Nobody waits any more for steps that begin now.
    if (ended) await store.release(due.claimed.splice(0).map(({ video }) => ({ id: video.id, seq: video.claimSeq })));
    for (const one of due.claimed) begin(laneOf(one), one, passedMs);
    const restMs = await lanes.close(openings, due.claimed);
    // Behind the claims: a try that succeeds now opens a lane only as wide as the next pass says.
    await tryHeld();
    return { due, restMs };
  }

  /** True = somebody was admitted, and is due now. */
  async function admitWaiting({ line, now }: Due): Promise<boolean> {
    if (!line.waits || now.getTime() < quietUntilMs) return false;
    const heardBefore = heard;
    if ((await admit()) > 0) return true;
    const restsUntilMs = line.restsUntil?.getTime() ?? Number.POSITIVE_INFINITY;
    if (heard === heardBefore) quietUntilMs = Math.min(restsUntilMs, now.getTime() + quietMs);
    return false;
  }

  async function pass(): Promise<Swept> {
    if (ended) return { claimed: 0, nextAt: null, restMs: null, now: clock.now() };
    const first = await claimDue();
    const last = (await admitWaiting(first.due)) ? await claimDue() : first;
    const { nextAt, line, now } = last.due;
    return {
      claimed: first.due.claimed.length + (last === first ? 0 : last.due.claimed.length),
      nextAt: earliest(nextAt, line.restsUntil),
      restMs: last.restMs,
      now,
    };
  }

  async function lookAt(id: string): Promise<void> {
    await tryHeld();
    for (let n = 0; n < stepsAtOnce && !ended; n++) {
      const passedMs = timer(clock);
      let claimed = await store.claimDue(id, settings.leaseMs);
      // It may wait in line.
      if (!claimed && n === 0 && (await admit()) > 0) claimed = await store.claimDue(id, settings.leaseMs);
      if (!claimed) return;
      const provider = system.providers.get(claimed.video.provider);
      const perMinute = provider?.capabilities.requestsPerMinute ?? null;
      if (perMinute !== null && (await store.takeTokens(claimed.video.provider, 1, perMinute)).granted === 0) {
        return store.release([{ id, seq: claimed.video.claimSeq }]);
      }
      await begin(laneOf(claimed), claimed, passedMs);
    }
  }

  return {
    once() {
      const begun = pass();
      passing = begun;
      return begun;
    },

    hear() {
      heard += 1;
      quietUntilMs = Number.NEGATIVE_INFINITY;
    },

    one(id) {
      const known = looking.get(id);
      if (known) return known;
      const look = lookAt(id).finally(() => looking.delete(id));
      looking.set(id, look);
      return look;
    },

    async stepEnded() {
      // One promise for all who wait: a race over the steps would grow with every look at a long one.
      if (steps.size > 0) await stepEnd.promise;
    },

    isBusy: () => steps.size > 0,

    onMove(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    onRoom(listener) {
      roomListeners.add(listener);
      return () => roomListeners.delete(listener);
    },

    onError(listener) {
      errorListeners.add(listener);
      return () => errorListeners.delete(listener);
    },

    async stop() {
      ended = true;
      await Promise.race([Promise.allSettled([...steps]), system.clock.sleep(graceMs)]);
      stopping.abort(new Error('stopping'));
      await Promise.allSettled([...steps, passing]);
    },
  };
}

const earliest = (...times: (Date | null)[]): Date | null =>
  times.reduce((first, time) => (first && (!time || first <= time) ? first : time), null);
