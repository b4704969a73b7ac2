import type { Move } from '#video/lifecycle.ts';
import type { Claimed } from '#video/video.ts';
import { holdsOf, tryAgain } from './holds.ts';
import { ClaimLost, underLease } from './lease.ts';
import { createSaver } from './saver.ts';
import { takeStep } from './step.ts';
import type { Lane, System } from './system.ts';
import { claimWithinRate } from './tokens.ts';

/** An answer that is on its way is worth waiting for: a create aborted after its first byte becomes `unknown`. */
const graceMs = 2_000;
/** Rendered, and then copied: whoever waits for one video should not have to ask twice. */
const stepsAtOnce = 3;
/** A look on trial is waited for so long at a time. */
const trialMs = 1_000;

export type Swept = {
  claimed: number;
  /** A lane was filled to its width, so there may be more when a step ends. */
  more: boolean;
  /** Providers that may not be asked more just now, and how long the first of them has to rest. */
  resting: { providers: string[]; ms: number } | null;
};

export type Sweeper = {
  /** Admits, claims what is due as far as there is room, and starts a step for each. */
  once(): Promise<Swept>;
  /**
   * One video now, as long as a step of it is due or it may be sent; for whoever waits for an answer. Who asks meanwhile
   * shares it.
   */
  one(id: string): Promise<void>;
  /** Resolves when a step ends, or at once when none is under way. */
  stepEnded(): Promise<void>;
  isBusy(): boolean;
  /** Hears of every move that this sweeper saves. Returns the way out. */
  onMove(listener: (move: Move) => void): () => void;
  /** Hears of every step that threw: a defect of ours, which stops no other video. Returns the way out. */
  onError(listener: (videoId: string, error: unknown) => void): () => void;
  /** Waits a little for the steps under way, then aborts them; their claims are given back. */
  stop(): Promise<void>;
};

/**
 * The one door: whatever wakes the system leads here.
 * 1. Admit: queued videos become due as far as slots allow.
 * 2. Claim due rows per provider and lane, so that a slow provider or a long copy holds up nobody else; looks and starts
 *    only as far as the provider's requests per minute go.
 * 3. Take the step of each row by its state, under a renewed lease.
 * 4. Save the moves in batches.
 * Where a provider does not answer, its circuit says so (video/circuit.ts): its rows rest, and one try at a time is made.
 */
export function createSweeper(system: System): Sweeper {
  const { store, settings, log, clock } = system;
  const stopping = new AbortController();
  const steps = new Set<Promise<void>>();
  const busy = new Map<string, number>();
  const listeners = new Set<(move: Move) => void>();
  const errorListeners = new Set<(videoId: string, error: unknown) => void>();
  const looking = new Map<string, Promise<void>>();
  const trying = new Set<string>();
  let stepEnd = Promise.withResolvers<void>();
  let ended = false;

  const save = createSaver(system, (move) => {
    log.info(
      { video: move.videoId, attempt: move.attemptId, from: move.from, to: move.to, event: move.event?.type ?? null },
      'move',
    );
    for (const listener of listeners) listener(move);
  });

  async function run(claimed: Claimed): Promise<void> {
    const { id, claimSeq } = claimed.video;
    try {
      await underLease(system, claimed, stopping.signal, (signal) => takeStep({ system, save, signal }, claimed));
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

  function begin(key: string, claimed: Claimed): Promise<void> {
    return follow(
      key,
      run(claimed).catch((error) => log.error({ video: claimed.video.id, err: error }, 'claim not given back')),
    );
  }

  /** Counts what is under way in a lane until it ends. */
  function follow(key: string, work: Promise<void>): Promise<void> {
    busy.set(key, (busy.get(key) ?? 0) + 1);
    const step = work.finally(() => {
      busy.set(key, (busy.get(key) ?? 1) - 1);
      steps.delete(step);
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
    const claim = unlimited((limit) => store.claimWaiting(id, movable, limit, settings.leaseMs));
    await fill(`${id} line`, settings.watchWidth, claim);
  }

  const admit = () =>
    store.admit(
      system.providers.ids().map((id) => ({
        provider: id,
        slots: system.providers.get(id)?.capabilities.slots ?? null,
      })),
      settings.maxRunningPerOwner,
    );

  type Filled = { claimed: number; more: boolean; waitMs: number | null };
  type Claim = (limit: number) => Promise<{ rows: Claimed[]; waitMs: number | null }>;

  async function fill(key: string, width: number, claim: Claim): Promise<Filled> {
    const room = width - (busy.get(key) ?? 0);
    if (room <= 0) return { claimed: 0, more: true, waitMs: null };
    const { rows, waitMs } = await claim(room);
    for (const row of rows) begin(key, row);
    return { claimed: rows.length, more: rows.length === room, waitMs };
  }

  const unlimited = (claim: (limit: number) => Promise<Claimed[]>): Claim => {
    return async (limit) => ({ rows: await claim(limit), waitMs: null });
  };

  const claimIn = (id: string, lane: Lane): Claim => {
    const claim = (limit: number) => store.claim(id, lane, limit, settings.leaseMs);
    const provider = system.providers.get(id);
    if (lane === 'collect' || !provider) return unlimited(claim);
    return async (limit) => {
      const hold = (await holdsOf(system)).get(id);
      const onTrial = hold?.openedAt && hold.trialAt;
      // A provider that may be well again is not overrun: one look at a time, until one is answered.
      if (onTrial && (busy.get(`${id} watch`) ?? 0) > 0) return { rows: [], waitMs: trialMs };
      return claimWithinRate(system, provider, onTrial ? 1 : limit, claim);
    };
  };

  const widths: Record<Lane, number> = { watch: settings.watchWidth, collect: settings.collectWidth };

  async function fillAll(): Promise<Swept> {
    // Before the claims: what is cut off is found so by their steps.
    await tryHeld();
    const ids = system.providers.ids();
    const foreign = unlimited((limit) => store.claimForeign(ids, limit, settings.leaseMs));
    const [watched, others] = await Promise.all([
      Promise.all(ids.map((id) => fill(`${id} watch`, widths.watch, claimIn(id, 'watch')))),
      Promise.all([
        ...ids.map((id) => fill(`${id} collect`, widths.collect, claimIn(id, 'collect'))),
        fill('foreign', widths.watch, foreign),
      ]),
    ]);
    const all = [...watched, ...others];
    const waits = watched.flatMap(({ waitMs }, i) => (waitMs === null ? [] : [{ id: ids[i] ?? '', waitMs }]));
    return {
      claimed: all.reduce((sum, one) => sum + one.claimed, 0),
      more: all.some((one) => one.more),
      resting:
        waits.length === 0
          ? null
          : { providers: waits.map(({ id }) => id), ms: Math.min(...waits.map(({ waitMs }) => waitMs)) },
    };
  }

  async function lookAt(id: string): Promise<void> {
    await Promise.all([admit(), tryHeld()]);
    for (let n = 0; n < stepsAtOnce && !ended; n++) {
      const claimed = await store.claimDue(id, settings.leaseMs);
      if (!claimed) return;
      const provider = system.providers.get(claimed.video.provider);
      const perMinute = provider?.capabilities.requestsPerMinute ?? null;
      if (perMinute !== null && (await store.takeTokens(claimed.video.provider, 1, perMinute)).granted === 0) {
        return store.release([{ id, seq: claimed.video.claimSeq }]);
      }
      await begin(`${claimed.video.provider} watch`, claimed);
    }
  }

  return {
    async once() {
      if (ended) return { claimed: 0, more: false, resting: null };
      // Beside the claims, which mostly have nothing to wait for: only what was just admitted takes a second round.
      const [admitted, first] = await Promise.all([admit(), fillAll()]);
      if (admitted === 0) return first;
      const second = await fillAll();
      return { ...second, claimed: first.claimed + second.claimed };
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

    onError(listener) {
      errorListeners.add(listener);
      return () => errorListeners.delete(listener);
    },

    async stop() {
      ended = true;
      await Promise.race([Promise.allSettled([...steps]), system.clock.sleep(graceMs)]);
      stopping.abort(new Error('stopping'));
      await Promise.allSettled([...steps]);
    },
  };
}
