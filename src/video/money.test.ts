import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AdminCommand } from './admin-commands.ts';
import { ruleForAdmin } from './admin-commands.ts';
import type { Answer, Submission } from './answer.ts';
import { afterDownloadFailure, stored } from './collection.ts';
import { type Command, type Occasion, rule } from './commands.ts';
import { failureCodes } from './failure.ts';
import { applied, fail, type Move, move } from './lifecycle.ts';
import {
  costOf,
  dayOf,
  dollars,
  type Entry,
  type LedgerKind,
  nextDay,
  type Step,
  settlement,
  toMicroUsd,
} from './money.ts';
import { afterAnswer, stopLooking } from './observation.ts';
import { accepted, afterSubmission, becomeUnknown, intend, stillUnknown } from './submission.ts';
import { about, at, claimedIn, t0 } from './testing.ts';
import { type Attempt, type Claimed, isTerminal } from './video.ts';

const estimate = 400_000;
const raw = null;
const entryOf = ({ entry }: Move) => entry && [entry.kind, entry.amountMicroUsd, entry.source];

describe('a verdict', () => {
  it('settles at the number of the provider', () => {
    const answer: Answer = { kind: 'completed', renderMs: null, costMicroUsd: 350_000, raw };
    const verdict = afterAnswer(claimedIn('running'), answer, about(at(60)));
    expect(entryOf(verdict)).toEqual(['settle', -50_000, 'provider']);
    expect(verdict.attempt).toMatchObject({ costMicroUsd: 350_000, costSource: 'provider' });
  });

  it('settles at the estimate where the provider names none, or none that can be one', () => {
    for (const costMicroUsd of [undefined, Number.NaN, Number.POSITIVE_INFINITY, -1]) {
      const verdict = move(claimedIn('running'), 'storing', {
        next: t0,
        attempt: { outcome: 'completed' },
        costMicroUsd,
      });
      expect(entryOf(verdict)).toEqual(['settle', 0, 'estimate']);
      expect(verdict.attempt.costMicroUsd).toBe(estimate);
    }
  });

  it.each(failureCodes)('%s settles, or releases what was free', (code) => {
    const answer: Answer = { kind: 'failed', code, message: 'no', raw };
    const free = ['moderation', 'invalid_request', 'auth', 'quota', 'capacity'].includes(code);
    expect(entryOf(afterAnswer(claimedIn('running'), answer, about(at(60))))).toEqual(
      free ? ['release', -estimate, 'estimate'] : ['settle', 0, 'estimate'],
    );
  });

  it('of a clip that was kept back settles at the bill that came with it, and is not tried again by itself', () => {
    for (const code of ['moderation', 'capacity'] as const) {
      const answer: Answer = { kind: 'failed', code, message: 'no', costMicroUsd: 350_000, raw };
      const verdict = afterAnswer(claimedIn('running'), answer, about(at(60)));
      expect([verdict.to, entryOf(verdict)]).toEqual(['failed', ['settle', -50_000, 'provider']]);
    }
    const free: Answer = { kind: 'failed', code: 'provider_error', message: 'no', costMicroUsd: 0, raw };
    expect(entryOf(afterAnswer(claimedIn('running'), free, about(at(60))))).toEqual(['settle', -estimate, 'provider']);
  });

  it('that refuses the request releases', () => {
    const outcome: Submission = { kind: 'rejected', code: 'unclassified', message: 'no', raw };
    const circumstances = { ...about(at(1)), deadlineMs: 1, retentionMs: 1 };
    expect(entryOf(afterSubmission(claimedIn('submitting'), outcome, circumstances))?.[0]).toBe('release');
  });
});

describe('an end', () => {
  const open = { estimateMicroUsd: estimate, costMicroUsd: null, costSource: null, outcome: null };
  const end = (step: Partial<Step>, attempt: Partial<Attempt> = {}) => {
    const told = { to: 'failed', outcome: undefined, code: undefined, sent: true, costMicroUsd: undefined } as const;
    const entry = settlement({ ...open, ...attempt }, { ...told, ...step })?.entry;
    return entry && [entry.kind, entry.amountMicroUsd, entry.source];
  };
  const billed = ['settle', 0, 'estimate'];
  const free = ['release', -estimate, 'estimate'];

  it.each<[string, Partial<Step>, unknown]>([
    ['a clip', { outcome: 'completed', to: 'storing' }, billed],
    ['a refused request', { outcome: 'rejected' }, free],
    ['a silent provider', { outcome: 'abandoned' }, billed],
    ['one that was never asked', { outcome: 'abandoned', sent: false }, free],
    ['a cancel', { outcome: 'canceled', to: 'canceled' }, billed],
    ['a cancel of what was not sent', { outcome: 'canceled', to: 'canceled', sent: false }, free],
    ['a failure', { outcome: 'failed', code: 'provider_error' }, billed],
    ['a failure without a code', { outcome: 'failed' }, billed],
    ['a failure that is free', { outcome: 'failed', code: 'capacity' }, free],
    ['a failure before it was sent', { outcome: 'failed', code: 'provider_error', sent: false }, free],
    ['a failure that is tried again', { outcome: 'failed', code: 'provider_error', to: 'queued' }, free],
    ['a person who calls it failed', {}, billed],
    ['a person who calls failed what was not sent', { sent: false }, free],
    ['nothing yet', { outcome: null, to: 'running' }, undefined],
  ])('by %s is written down', (_what, step, expected) => {
    expect(end(step)).toEqual(expected);
  });

  it('that is known is not given up again', () => {
    expect(end({}, { outcome: 'completed' })).toBeUndefined();
    const released = { costMicroUsd: 0, costSource: 'estimate' } as const;
    expect(end({}, released)).toBeUndefined();
    expect(end({ outcome: 'abandoned' }, released)).toBeUndefined();
  });

  it('is corrected by a verdict that says another sum or knows it better, and by no other', () => {
    const given = { costMicroUsd: estimate, costSource: 'estimate' } as const;
    const failed = { outcome: 'failed', code: 'provider_error' } as const;
    expect(end(failed, given)).toBeUndefined();
    expect(end({ ...failed, costMicroUsd: estimate }, given)).toEqual(['correct', 0, 'provider']);
    expect(end({ ...failed, code: 'capacity' }, given)).toEqual(['correct', -estimate, 'estimate']);
    expect(end(failed, { costMicroUsd: 7, costSource: 'provider' })).toBeUndefined();
  });
});

describe('giving up', () => {
  it('counts it as billed, and says that it may be', () => {
    const claimed = claimedIn('running');
    const stop = stopLooking(claimed, at(90_000));
    expect(entryOf(stop)).toEqual(['settle', 0, 'estimate']);
    expect(costOf([applied(claimed, stop).attempt])).toEqual({
      estimateMicroUsd: estimate,
      actualMicroUsd: estimate,
      source: 'estimate',
      mayBeBilled: true,
      known: true,
    });
  });

  it('is corrected by a late verdict, once', () => {
    const claimed = claimedIn('running');
    const given = applied(claimed, fail(claimed, 'provider_silent', 'x', { at: t0, attempt: { outcome: null } }));
    const late = afterAnswer(given, { kind: 'completed', renderMs: null, costMicroUsd: 500_000, raw }, about(at(60)));
    expect(entryOf(late)).toEqual(['correct', 100_000, 'provider']);
    const after = applied(given, late);
    expect(costOf([after.attempt])).toMatchObject({ actualMicroUsd: 500_000, source: 'provider', mayBeBilled: false });
    const again = { kind: 'completed', renderMs: null, costMicroUsd: 900_000, raw } as const;
    expect(
      move(after, 'storing', { next: t0, attempt: { outcome: 'completed' }, costMicroUsd: again.costMicroUsd }).entry,
    ).toBeNull();
  });

  it('of what was never sent costs nothing', () => {
    const unsent = fail(claimedIn('queued'), 'unclassified', 'x', { at: t0 });
    expect(entryOf(unsent)).toEqual(['release', -estimate, 'estimate']);
  });
});

describe('what a video costs', () => {
  const attempt = (more: Partial<Attempt>) => claimedIn('running', {}, more).attempt;

  it('is that of all its attempts; the estimate is of one', () => {
    const failed = attempt({ costMicroUsd: 100, costSource: 'provider', outcome: 'failed' });
    expect(costOf([failed, attempt({})])).toMatchObject({
      estimateMicroUsd: estimate,
      actualMicroUsd: 100,
      source: 'provider',
    });
    const done = attempt({ costMicroUsd: 50, costSource: 'estimate', outcome: 'completed' });
    expect(costOf([failed, done])).toMatchObject({ actualMicroUsd: 150, source: 'estimate', mayBeBilled: false });
  });

  it('may be billed where any was given up, at a price or without, and not where it was free', () => {
    const mayBe = (...attempts: Partial<Attempt>[]) => costOf(attempts.map(attempt)).mayBeBilled;
    const given = { costMicroUsd: estimate, costSource: 'estimate' } as const;
    expect(mayBe(given)).toBe(true);
    expect(mayBe(given, {})).toBe(true);
    expect(mayBe({ costMicroUsd: 0, costSource: null, estimateMicroUsd: null })).toBe(true);
    expect(mayBe({ costMicroUsd: 0, costSource: 'estimate' })).toBe(false);
    expect(mayBe({ costMicroUsd: 7, costSource: 'provider' })).toBe(false);
    expect(mayBe({})).toBe(false);
  });

  it('is known where all of it is, and of nothing is nothing', () => {
    expect(costOf([attempt({})]).known).toBe(true);
    expect(costOf([attempt({}), attempt({ estimateMicroUsd: null })]).known).toBe(false);
    expect(costOf([])).toMatchObject({ estimateMicroUsd: null, actualMicroUsd: null, source: null });
  });

  it('is not known without a price, until the provider tells it', () => {
    const unpriced = { estimateMicroUsd: null };
    expect(costOf([attempt(unpriced)])).toMatchObject({ estimateMicroUsd: null, actualMicroUsd: null, known: false });
    const settled = settlement(attempt(unpriced), {
      to: 'storing',
      outcome: 'completed',
      code: undefined,
      sent: true,
      costMicroUsd: undefined,
    });
    expect(settled).toEqual({
      entry: { kind: 'settle', amountMicroUsd: 0, source: null },
      attempt: { costMicroUsd: 0, costSource: null },
    });
    const unknown = attempt({ ...unpriced, ...settled?.attempt, outcome: 'completed' });
    expect(costOf([unknown])).toMatchObject({ actualMicroUsd: null, source: null, known: false, mayBeBilled: false });
    const told = attempt({ ...unpriced, costMicroUsd: 7, costSource: 'provider', outcome: 'completed' });
    expect(costOf([told])).toMatchObject({ actualMicroUsd: 7, source: 'provider', known: true });
  });
});

it('writes dollars as people read them', () => {
  expect([400_000, 5_000_000, 1_234, 0].map(dollars)).toEqual(['$0.40', '$5.00', '$0.001234', '$0.00']);
});

it('reads dollars to the millionth', () => {
  expect([0.1, 0.3, 1.234567].map(toMicroUsd)).toEqual([100_000, 300_000, 1_234_567]);
});

it('ends a day at midnight UTC', () => {
  expect(dayOf(new Date('2026-12-31T23:59:59.999Z'))).toBe('2026-12-31');
  expect(nextDay(new Date('2026-12-31T23:59:59.999Z'))).toEqual(new Date('2027-01-01T00:00:00Z'));
});

/** All that can happen to a video, by the real rules, in any order. */
type Written = Entry | { kind: 'reserve'; amountMicroUsd: number };
type Life = { claimed: Claimed; done: Attempt[]; ledger: Map<string, Written[]>; posts: Set<string> };

const command = fc.constantFrom<(Command | AdminCommand)[]>(
  { name: 'cancel' },
  { name: 'cancel', discard: true },
  { name: 'retry' },
  { name: 'retry', force: true },
  { name: 'collect' },
  { name: 'reset' },
  { name: 'decide', decision: 'stop_looking' },
  { name: 'decide', decision: 'keep_looking' },
  { name: 'delete' },
  { name: 'give_up' },
  { name: 'requeue' },
);
const code = fc.constantFrom(...failureCodes);
const submission = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Submission>({ kind: 'accepted', operation: { id: 'x' }, upstreamId: 'x', raw }) },
  fc.constant<Submission>({ kind: 'unsent', message: 'x' }),
  fc.constant<Submission>({ kind: 'limited', message: 'x', retryAfterMs: null }),
  fc.constant<Submission>({ kind: 'unclear', message: 'x' }),
  code.map((code): Submission => ({ kind: 'rejected', code, message: 'x', raw })),
);
const answer = fc.oneof(
  fc.constant<Answer>({ kind: 'running', queued: false, progress: 10, raw }),
  fc.option(fc.nat(900_000), { nil: undefined }).map(
    (costMicroUsd): Answer => ({
      kind: 'completed',
      renderMs: null,
      ...(costMicroUsd !== undefined && { costMicroUsd }),
      raw,
    }),
  ),
  code.map((code): Answer => ({ kind: 'failed', code, message: 'x', raw })),
  fc.constant<Answer>({ kind: 'canceled', raw }),
  fc.constant<Answer>({ kind: 'missing', raw }),
);
const happening = fc.oneof(
  { weight: 3, arbitrary: fc.record({ submission }) },
  { weight: 3, arbitrary: fc.record({ answer }) },
  { weight: 2, arbitrary: fc.record({ command }) },
  { weight: 1, arbitrary: fc.record({ copy: fc.constantFrom('stored', 'gone', 'not_media') }) },
  { weight: 1, arbitrary: fc.constant({ longPassed: true as const }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer H> ? H : never;

const clip = {
  id: 'asset',
  videoId: 'video_1',
  attemptId: 'attempt_1',
  kind: 'clip',
  key: 'k',
  contentType: 'video/mp4',
  bytes: 1,
  sha256: '',
  width: 1,
  height: 1,
  durationMs: 1,
} as const;

/** What the engine would do about it in this state; null = nothing. */
function moveOf(claimed: Claimed, what: Happening, n: number): Move | null {
  const { video, attempt } = claimed;
  const now = at(n * 100);
  const circumstances = { ...about(now), nextAttemptId: `attempt_${n}`, deadlineMs: 900_000, retentionMs: 0 };
  const open = attempt.sentAt !== null && attempt.outcome === null;
  if ('submission' in what) {
    if (video.state === 'queued') return intend(claimed, now, { retentionMs: 0 });
    if (video.state === 'submitting') return afterSubmission(claimed, what.submission, circumstances);
    if (!open || attempt.operation) return null;
    if (what.submission.kind === 'accepted') {
      return accepted(claimed, what.submission, circumstances, 'adopted');
    }
    return video.state === 'unknown' ? stillUnknown(claimed, circumstances, 'impossible') : null;
  }
  if ('answer' in what) {
    const watched = open && attempt.operation && video.state !== 'storing' && video.state !== 'submitting';
    return watched ? afterAnswer(claimed, what.answer, circumstances) : null;
  }
  if ('copy' in what) {
    if (video.state !== 'storing') return null;
    if (what.copy === 'stored') return stored(claimed, [clip], now);
    const reason = what.copy === 'gone' ? 'gone' : 'not_media';
    const tried = { ...attempt, watch: { ...attempt.watch, downloads: { count: 7, reason: 'x' } } };
    return afterDownloadFailure({ ...claimed, attempt: tried }, { reason, message: 'x', retryAfterMs: null }, now, 0.5);
  }
  if ('longPassed' in what) {
    if (video.state === 'submitting') return becomeUnknown(claimed, 'x', now);
    return open && video.state !== 'storing' ? stopLooking(claimed, now) : null;
  }
  const occasion: Occasion = { ...circumstances, actor: { type: 'user' } };
  const isAdmins = what.command.name === 'give_up' || what.command.name === 'requeue';
  const ruling = isAdmins
    ? ruleForAdmin(claimed, what.command as AdminCommand, occasion)
    : rule(claimed, what.command as Command, occasion);
  return ruling.kind === 'move' || ruling.kind === 'new_take' ? ruling.move : null;
}

function live({ claimed, done, ledger, posts }: Life, step: Move): Life {
  const { attempt } = claimed;
  if (step.to === 'submitting') posts.add(attempt.id);
  if (step.to === 'queued' && step.attempt.sentAt === null) posts.delete(attempt.id);
  if (step.entry) ledger.set(attempt.id, [...(ledger.get(attempt.id) ?? []), step.entry]);
  const after = applied(claimed, step);
  if (!step.nextAttempt) return { claimed: after, done, ledger, posts };
  const next = claimedIn('queued', {}, { ...step.nextAttempt, estimateMicroUsd: attempt.estimateMicroUsd }).attempt;
  ledger.set(next.id, [{ kind: 'reserve', amountMicroUsd: next.estimateMicroUsd ?? 0 }]);
  return { claimed: { ...after, attempt: next }, done: [...done, after.attempt], ledger, posts };
}

it('whatever happens, the ledger is what was sent and not refused, once of each kind per attempt', () => {
  fc.assert(
    fc.property(
      fc.option(fc.nat(900_000)),
      fc.array(happening, { maxLength: 40, size: 'max' }),
      (estimateMicroUsd, happenings) => {
        const claimed = claimedIn('queued', {}, { estimateMicroUsd });
        const reserve = { kind: 'reserve' as const, amountMicroUsd: estimateMicroUsd ?? 0 };
        let life: Life = { claimed, done: [], ledger: new Map([['attempt_1', [reserve]]]), posts: new Set() };
        happenings.forEach((what, n) => {
          const step = moveOf(life.claimed, what, n + 2);
          if (step) life = live(life, step);
        });
        const attempts = [...life.done, life.claimed.attempt];
        for (const attempt of attempts) {
          const entries = life.ledger.get(attempt.id) ?? [];
          const kinds: LedgerKind[] = entries.map(({ kind }) => kind);
          expect(new Set(kinds).size).toBe(kinds.length);
          const sum = entries.reduce((total, { amountMicroUsd }) => total + amountMicroUsd, 0);
          expect(sum).toBe(attempt.costMicroUsd ?? estimateMicroUsd ?? 0);
          // Settled exactly where there is a verdict, or we gave up; and what never left costs nothing.
          const isOver =
            attempt.outcome !== null || (isTerminal(life.claimed.video.state) && attempt === attempts.at(-1));
          if (isOver) expect(attempt.costMicroUsd).not.toBeNull();
          if (!life.posts.has(attempt.id) && attempt.costMicroUsd !== null) expect(sum).toBe(0);
          if (attempt.outcome === 'rejected') expect(sum).toBe(0);
          if (attempt.outcome === 'completed' && attempt.costSource !== 'provider')
            expect(sum).toBe(estimateMicroUsd ?? 0);
        }
      },
    ),
    { numRuns: 3_000 },
  );
});
