import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Room, Store, StoredEvent } from '#engine/system.ts';
import { leaseMs, wish } from '#store/conformance/scene.ts';
import { BudgetExceeded } from '#video/errors/budget-exceeded.ts';
import { QueueFull } from '#video/errors/queue-full.ts';
import { edges, move } from '#video/lifecycle.ts';
import { type Claimed, outcomes, type State, states } from '#video/video.ts';
import { openMemoryStore, testStores } from './testing.ts';

/** Two stores on one clock that are told the same, and must answer the same. */
type Pair = { model: Store; real: Store; clock: { ms: number }; claims: Claimed[]; asked: string[]; steps: number };
type Step = (pair: Pair) => Promise<void>;

/** Does it to both; the answers (or errors) must be equal. */
async function both<T>({ model, real }: Pair, act: (store: Store) => Promise<T>): Promise<T> {
  const expected = await act(model);
  expect(await act(real)).toEqual(expected);
  return expected;
}

const pick = <T>(from: readonly T[], n: number): T | undefined => from[n % Math.max(1, from.length)];
/** Mostly a claim that still holds. */
const recent = (claims: Claimed[], n: number) => pick(claims.slice(n % 7 === 0 ? 0 : -5), n);
const providers = ['sim', 'other'];
const owners = ['ada', 'bob'];
const nat = fc.nat(1_000);
const dailyCapMicroUsd = 300_000;

/** Of one take, in millionths; null = not known. */
const price = fc.option(fc.constantFrom(0, 10_000, 40_000));
const count = fc.integer({ min: 1, max: 3 });

const create = fc.record({ n: count, owner: nat, provider: nat, priority: nat, price }).map(
  ({ n, owner, provider, priority, price }): Step =>
    async (pair) => {
      const ownerId = pick(owners, owner) ?? 'ada';
      const wishes = Array.from({ length: n }, (_, i) => {
        const plain = wish(pair.asked.length + i + 1, {
          ownerId,
          provider: pick(providers, provider) ?? 'sim',
          priority: pick([-1, 0, 1] as const, priority) ?? 0,
        });
        return { ...plain, attempt: { ...plain.attempt, estimateMicroUsd: price } };
      });
      const outcome = await both(pair, (store) => store.create(wishes, 12).then(() => 'created', String));
      if (outcome === 'created') pair.asked.push(...wishes.map(({ id }) => id));
    },
);

const admit = fc.record({ slots: fc.option(fc.nat(6)), cap: fc.integer({ min: 1, max: 6 }) }).map(
  ({ slots, cap }): Step =>
    async (pair) => {
      const limits = [
        { provider: 'sim', slots },
        { provider: 'other', slots: null },
      ];
      await both(pair, (store) => store.admit(limits, cap));
    },
);

const claim = fc.array(fc.record({ provider: nat, lane: nat, limit: fc.nat(5) }), { maxLength: 4 }).map(
  (wishes): Step =>
    async (pair) => {
      const rooms = wishes.map(({ provider, lane, limit }): Room => {
        return { provider: pick(providers, provider) ?? 'sim', lane: lane % 4 === 0 ? 'collect' : 'watch', limit };
      });
      const each = new Map(rooms.map((room) => [`${room.provider} ${room.lane}`, room]));
      const { claimed } = await both(pair, (store) => store.claim([...each.values()], leaseMs));
      pair.claims.push(...claimed);
    },
);

const claimOne = fc.record({ which: nat, owner: nat }).map(
  ({ which, owner }): Step =>
    async (pair) => {
      const id = pick(pair.asked, which) ?? 'none';
      const claimed = await both(pair, (store) => store.claimOne(id, pick([...owners, null], owner) ?? null, leaseMs));
      if (claimed && claimed !== 'busy') pair.claims.push(claimed);
    },
);

const shape = fc.record({
  which: nat,
  to: nat,
  nextMs: fc.option(fc.integer({ min: 0, max: 120_000 })),
  restMs: fc.option(fc.nat(90_000)),
  keepsClaim: fc.boolean(),
  event: fc.boolean(),
  retries: fc.boolean(),
  forgetsWish: fc.boolean(),
  twinFile: fc.boolean(),
  outcome: fc.option(fc.constantFrom(...outcomes), { nil: undefined }),
  costMicroUsd: fc.option(fc.nat(60_000), { nil: undefined }),
  progress: fc.nat(120),
  // Not of fast-check's own unit `binary`, which takes a second to index.
  text: fc.array(fc.nat(0x10ffff), { maxLength: 8 }).map((points) => String.fromCodePoint(...points).toWellFormed()),
  renderMs: fc.option(fc.integer({ min: 1, max: 9_999 })),
});

/** Moves of up to three claims in one batch; stale claims are kept, to be fenced off. */
const save = fc.array(shape, { minLength: 1, maxLength: 3 }).map(
  (shapes): Step =>
    async (pair) => {
      pair.steps += 1;
      const chosen = new Map<string, (typeof shapes)[number] & { claimed: Claimed }>();
      for (const one of shapes) {
        const claimed = recent(pair.claims, one.which);
        if (claimed) chosen.set(claimed.video.id, { ...one, claimed });
      }
      const moves = [...chosen.values()].map((one) => {
        const { claimed, keepsClaim, nextMs, restMs, text } = one;
        const { video, attempt } = claimed;
        const at = (ms: number) => new Date(pair.clock.ms + ms);
        const to: State = pick([video.state, ...edges[video.state]], one.to) ?? video.state;
        const ends = to === 'queued' || edges[to].length === 0;
        return move(claimed, to, {
          next: ends || nextMs === null ? null : at(nextMs),
          keepsClaim: keepsClaim && !ends,
          renderMs: one.renderMs,
          video: {
            progress: one.progress,
            errorMessage: text,
            ...(restMs === null ? {} : { notBefore: at(restMs) }),
            ...(one.forgetsWish ? { cancelRequestedAt: null } : {}),
          },
          attempt: {
            checks: attempt.checks + 1,
            raw: { text },
            watch: one.event ? {} : { discard: true },
            ...(one.outcome && { outcome: one.outcome }),
          },
          costMicroUsd: one.costMicroUsd,
          ...(one.event ? { event: 'progress' as const, data: { [text]: text } } : {}),
          ...(one.retries && to === 'queued'
            ? { nextAttempt: { id: `attempt_${pair.steps}_${video.id}`, n: attempt.n + 1 } }
            : {}),
          assets: one.twinFile
            ? [file('the same for all', video.id, attempt.id)]
            : to === 'completed'
              ? [file(`clip_${pair.steps}_${video.id}`, video.id, attempt.id)]
              : [],
        });
      });
      await both(pair, (store) => store.saveMoves(moves));
    },
);

const file = (id: string, videoId: string, attemptId: string) => ({
  id,
  videoId,
  attemptId,
  kind: 'clip' as const,
  key: id,
  contentType: 'video/mp4',
  bytes: 1,
  sha256: createHash('sha256').update(id).digest('hex'),
  width: null,
  height: null,
  durationMs: null,
});

const renew = fc.record({ which: nat, ms: fc.nat(60_000) }).map(
  ({ which, ms }): Step =>
    async (pair) => {
      const claimed = recent(pair.claims, which);
      if (claimed) await both(pair, (store) => store.renew(claimed.video.id, claimed.video.claimSeq, ms + 1));
    },
);

const release = fc.array(nat, { maxLength: 4 }).map(
  (places): Step =>
    async (pair) => {
      const claims = new Set(places.flatMap((place) => recent(pair.claims, place) ?? []));
      const given = [...claims].map(({ video }) => ({ id: video.id, seq: video.claimSeq }));
      await both(pair, (store) => store.release(given));
    },
);

const hint = fc.record({ which: nat, kind: fc.nat(3), restMs: fc.option(fc.nat(20_000)) }).map(
  ({ which, kind, restMs }): Step =>
    async (pair) => {
      const ids = [recent(pair.claims, which)?.video.id ?? 'none', pick(pair.asked, which) ?? 'none'];
      const target = kind === 0 ? 'all' : kind === 1 ? { provider: pick(providers, which) ?? 'sim' } : { ids };
      await both(pair, (store) => store.hint(target, restMs === null ? {} : { restMs }));
    },
);

const cancel = fc.record({ which: nat, hide: fc.boolean() }).map(
  ({ which, hide }): Step =>
    async (pair) => {
      const id = recent(pair.claims, which)?.video.id ?? 'none';
      await both(pair, (store) => store.requestCancel(id, hide, { type: 'user', id: 'ada' }));
    },
);

const accept = fc.record({ which: nat, job: fc.nat(8) }).map(
  ({ which, job }): Step =>
    async (pair) => {
      const id = recent(pair.claims, which)?.attempt.id ?? 'none';
      await both(pair, (store) => store.saveOperation(id, { job }, `job-${job}`));
      await both(pair, (store) => store.lostAttempts('sim', 'hash'));
      await both(pair, (store) =>
        store.hasOtherAnswers('sim', pick(pair.asked, which) ?? 'none', new Date(pair.clock.ms - 60_000)),
      );
    },
);

const hear = fc.record({ which: nat, event: fc.nat(6), news: fc.nat(6) }).map(
  ({ which, event, news }): Step =>
    async (pair) => {
      const claim = recent(pair.claims, which);
      if (!claim) return;
      await both(pair, (store) => store.takeCall('sim', `event ${event}`, claim.attempt.id));
      await both(pair, (store) => store.wasCalled(claim.attempt.id));
      const videoId = claim.video.id;
      const kinds = ['unclear', 'clear', 'answered', 'try', 'trial'] as const;
      const kind = kinds[news];
      await both(pair, (store) => store.changeCircuit('sim', kind ? { kind } : { kind: 'trouble', videoId }));
      await both(pair, (store) => store.holds());
      await both(pair, (store) => store.activity());
    },
);

/** What cannot be written is said in each store's own words. */
const refusal = (error: Error) =>
  error instanceof BudgetExceeded || error instanceof QueueFull ? error.message : 'not written';

const retry = fc.record({ which: nat, again: fc.boolean() }).map(
  ({ which, again }): Step =>
    async (pair) => {
      const claimed = recent(pair.claims, which);
      if (!claimed) return;
      pair.steps += 1;
      const { video, attempt } = claimed;
      const nextAttempt = { id: `attempt_${pair.steps}_${video.id}`, n: attempt.n + 1 };
      const plain = wish(pair.asked.length + 1, { ownerId: video.ownerId });
      const { estimateMicroUsd } = attempt;
      const take = again ? { ...plain, attempt: { ...plain.attempt, estimateMicroUsd } } : null;
      const step = move(claimed, video.state, { next: null, ...(again ? {} : { nextAttempt }) });
      const outcome = await both(pair, (store) => store.saveReserving(step, take, 12).catch(refusal));
      if (take && outcome === 'saved') pair.asked.push(take.id);
    },
);

const cap = fc.record({ owner: nat, capMicroUsd: fc.option(fc.nat(200_000)), follows: fc.boolean() }).map(
  ({ owner, capMicroUsd, follows }): Step =>
    async (pair) => {
      const ownerId = pick([...owners, null], owner) ?? null;
      const to = follows && ownerId ? 'default' : capMicroUsd;
      await both(pair, (store) => store.setCap(ownerId, to, { type: 'user', id: 'ada' }));
    },
);

const watch = fc.record({ which: nat, forMs: fc.nat(100_000) }).map(
  ({ which, forMs }): Step =>
    async (pair) =>
      both(pair, (store) => store.markWatched(pick(pair.asked, which) ?? 'none', forMs)),
);

const star = fc.record({ which: nat, starred: fc.boolean() }).map(
  ({ which, starred }): Step =>
    async (pair) => {
      await both(pair, (store) => store.setStarred(pick(pair.asked, which) ?? 'none', 'ada', starred));
    },
);

const pass = fc.integer({ min: 1, max: 45_000 }).map(
  (ms): Step =>
    async (pair) => {
      pair.clock.ms += ms;
    },
);

const freeAll = fc.constant<Step>(async (pair) => both(pair, (store) => store.releaseAllClaims()));

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: create },
    { weight: 4, arbitrary: admit },
    { weight: 6, arbitrary: claim },
    { weight: 2, arbitrary: claimOne },
    { weight: 2, arbitrary: hear },
    { weight: 8, arbitrary: save },
    { weight: 2, arbitrary: renew },
    { weight: 2, arbitrary: release },
    { weight: 4, arbitrary: hint },
    { weight: 2, arbitrary: cancel },
    { weight: 3, arbitrary: accept },
    { weight: 2, arbitrary: retry },
    { weight: 1, arbitrary: cap },
    { weight: 1, arbitrary: watch },
    { weight: 1, arbitrary: star },
    { weight: 4, arbitrary: pass },
    { weight: 1, arbitrary: freeAll },
  ),
  { minLength: 20, maxLength: 80 },
);

/** Cursors are each store's own, and so are the words for what could not be written. */
const comparable = ({ cursor: _cursor, ...event }: StoredEvent) =>
  event.type === 'poisoned' ? { ...event, data: null } : event;

/** Everything that can be read. */
async function everything(store: Store, asked: string[]): Promise<unknown> {
  const events = await Promise.all(asked.map((id) => store.events(id, null)));
  return {
    videos: await store.list({ ownerId: null, limit: 1_000, order: 'desc' }),
    each: await Promise.all(asked.map((id) => store.get(id, null))),
    events: events.map((all) => all.map(comparable)),
    counts: [await store.count(null), await store.count('ada')],
    found: (await store.list({ ownerId: 'ada', states: [...states.slice(0, 5)], q: 'FOX', limit: 2, order: 'asc' }))
      .length,
    next: await store.claim(
      providers.flatMap((provider) => [
        { provider, lane: 'watch', limit: 100 },
        { provider, lane: 'collect', limit: 100 },
      ]),
      leaseMs,
    ),
    scheduled: await store.scheduledProviders(),
    ledgers: await Promise.all(asked.map((id) => store.ledgerOf(id))),
    spending: await Promise.all(owners.map((owner) => store.spending(owner))),
    spends: [
      await store.spendBetween(null, '2026-01-01', '2026-01-02'),
      await store.spendBetween('ada', '2026-01-01', '2026-01-01'),
    ],
    caps: await store.ownCaps(),
    learned: await store.quantiles('sim/test', 4, '320x180'),
  };
}

describe.each(testStores().filter(({ name }) => name !== 'memory'))('$name', ({ open }) => {
  test('answers like the in-memory store, whatever is done in whatever order', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const clock = { ms: Date.UTC(2026, 0, 1) };
        const now = () => new Date(clock.ms);
        const pair: Pair = {
          model: openMemoryStore({ now, dailyCapMicroUsd }),
          real: await open({ now, dailyCapMicroUsd }),
          clock,
          claims: [],
          asked: [],
          steps: 0,
        };
        for (const step of all) await step(pair);
        await both(pair, (store) => everything(store, pair.asked));
      }),
      { numRuns: 40 },
    );
  });
});
