import { describe, expect, it } from 'vitest';
import type { Submission } from './answer.ts';
import type { FailureCode } from './failure.ts';
import { applied } from './lifecycle.ts';
import { afterRefusal } from './refusal.ts';
import { accepted, afterSubmission, becomeUnknown, intend, stillUnknown } from './submission.ts';
import { about, at, claimedIn, t0 } from './testing.ts';

const more = { deadlineMs: 900_000, retentionMs: 3_600_000 };
const submitting = () => applied(claimedIn('queued'), intend(claimedIn('queued'), t0, more));

describe('the intent', () => {
  it('tells which try it is, and begins the watch', () => {
    const intent = intend(claimedIn('queued', { notBefore: at(5) }), t0, { retentionMs: 0 });
    expect(intent).toMatchObject({
      event: { type: 'submitting', data: { attempt: 1 } },
      attempt: { credentialId: null },
      video: { notBefore: null },
      next: t0,
    });
    expect(intent.attempt.watch?.webhook).toBeUndefined();
  });

  it('remembers the key, the call that may come, and how long the provider keeps results', () => {
    const row = claimedIn('queued', {}, { watch: { unsent: { count: 1, reason: 'refused' } } });
    const intent = intend(row, t0, { retentionMs: 100_000_000, credentialId: 'key', callable: true });
    expect(intent.attempt).toEqual({
      sentAt: t0,
      credentialId: 'key',
      watchUntil: at(100_000),
      watch: { unsent: { count: 1, reason: 'refused' }, webhook: true },
    });
  });
});

describe('the outcome of a create', () => {
  it('commits the intent with the time of sending, under the same claim', () => {
    const intent = intend(claimedIn('queued'), t0, { retentionMs: 0 });
    expect(intent).toMatchObject({
      to: 'submitting',
      keepsClaim: true,
      attempt: { sentAt: t0, watchUntil: at(86_400) },
    });
  });

  it('A: nothing was written, so the same attempt waits and is sent later', () => {
    const unsent: Submission = { kind: 'unsent', message: 'connect ECONNREFUSED' };
    const step = afterSubmission(submitting(), unsent, { ...about(at(1)), ...more });
    expect(step).toMatchObject({ to: 'queued', next: null, nextAttempt: null, attempt: { sentAt: null } });
    expect(step.video.notBefore?.getTime()).toBeGreaterThan(at(1).getTime());
  });

  it('A: each try waits longer, and its reason is kept', () => {
    for (const kind of ['unsent', 'limited'] as const) {
      let row = submitting();
      for (const [count, seconds] of [
        [1, 2],
        [2, 4],
        [3, 8],
      ]) {
        const step = afterSubmission(row, { kind, message: 'no', retryAfterMs: null }, { ...about(at(1)), ...more });
        expect(step).toMatchObject({
          event: { type: kind, data: { message: 'no' } },
          attempt: { watch: { unsent: { count, reason: 'no' } } },
          video: { notBefore: at(1 + Number(seconds)) },
        });
        row = applied(applied(row, step), intend(applied(row, step), at(1), more));
      }
    }
  });

  it('A: 429 waits for the whole Retry-After', () => {
    const limited: Submission = { kind: 'limited', message: 'slow down', retryAfterMs: 600_000 };
    const step = afterSubmission(submitting(), limited, { ...about(at(1)), ...more });
    expect(step.to).toBe('queued');
    expect(step.video.notBefore?.getTime()).toBeGreaterThanOrEqual(at(601).getTime());
  });

  it('A after a cancel is canceled instead of queued', () => {
    const row = submitting();
    row.video.cancelRequestedAt = t0;
    const step = afterSubmission(row, { kind: 'unsent', message: 'refused' }, { ...about(at(1)), ...more });
    expect(step).toMatchObject({
      to: 'canceled',
      next: null,
      event: { type: 'canceled' },
      attempt: { sentAt: null, outcome: 'canceled' },
      video: { errorCode: 'canceled', completedAt: at(1) },
    });
  });

  it('B: a definite no fails at once', () => {
    const rejected: Submission = { kind: 'rejected', code: 'moderation', message: 'no', raw: null };
    expect(afterSubmission(submitting(), rejected, { ...about(at(1)), ...more })).toMatchObject({
      to: 'failed',
      event: { type: 'rejected', actor: { type: 'provider' } },
      video: { errorCode: 'moderation', errorMessage: 'no', completedAt: at(1) },
      attempt: { outcome: 'rejected', error: 'no', raw: null },
    });
  });

  it('C: accepted runs, with a deadline that counts from here', () => {
    const ok: Submission = { kind: 'accepted', operation: { id: 'up' }, upstreamId: 'up', raw: null };
    expect(afterSubmission(submitting(), ok, { ...about(at(9)), ...more })).toMatchObject({
      to: 'running',
      event: { type: 'accepted', actor: { type: 'provider' } },
      video: { acceptedAt: at(9), deadlineAt: at(909), upstreamQueued: false, renderingAt: null, notBefore: null },
      attempt: { operation: { id: 'up' }, upstreamId: 'up', watchUntil: at(86_409) },
    });
  });

  it('C: says once what the provider ignores of the request', () => {
    const row = submitting();
    row.video.warnings = ['no sound'];
    const ok = { operation: { id: 'up' }, upstreamId: 'up' };
    const step = accepted(row, { ...ok, warnings: ['no sound', 'no seed'] }, { ...about(at(9)), ...more }, 'accepted');
    expect(step.event?.data).toEqual({ upstream_id: 'up', warnings: ['no seed'] });
    expect(step.video.warnings).toEqual(['no sound', 'no seed']);
    const nothingNew = accepted(row, { ...ok, warnings: ['no sound'] }, { ...about(at(9)), ...more }, 'accepted');
    expect(nothingNew.event?.data).toEqual({ upstream_id: 'up' });
    expect(nothingNew.video).not.toHaveProperty('warnings');
    expect(accepted(row, ok, { ...about(at(9)), ...more }, 'accepted').event?.data).toEqual({ upstream_id: 'up' });
  });

  it('C: found later, is looked at as if it began now, and forgets the search', () => {
    const listings = { since: t0.toISOString(), count: 2 };
    const row = claimedIn('unknown', {}, { watch: { listings, unsent: { count: 1, reason: 'x' }, webhook: true } });
    const typical = { p5: 34_000, p50: 60_000, p90: 120_000 };
    const found = { operation: { id: 'up' }, upstreamId: 'up' };
    const step = accepted(row, found, { ...about(at(9), { typical }), ...more }, 'adopted');
    expect(step).toMatchObject({ to: 'running', event: { type: 'adopted', actor: { type: 'system' } }, next: at(43) });
    expect(step.attempt.watch).toEqual({ webhook: true });
    const given = accepted(claimedIn('failed', {}, { outcome: null }), found, { ...about(at(9)), ...more }, 'adopted');
    expect(given).toMatchObject({ to: 'failed', next: at(309) });
  });

  it('C after a cancel is looked at once, so that the cancel is passed on', () => {
    const row = submitting();
    row.video.cancelRequestedAt = t0;
    const ok: Submission = { kind: 'accepted', operation: { id: 'up' }, upstreamId: 'up', raw: null };
    expect(afterSubmission(row, ok, { ...about(at(9)), ...more }).next).toEqual(at(9));
  });

  it('D: anything else is unknown: never failed, never sent again by itself', () => {
    const step = afterSubmission(submitting(), { kind: 'unclear', message: 'reset' }, { ...about(at(1)), ...more });
    expect(step).toMatchObject({
      to: 'unknown',
      next: at(1),
      nextAttempt: null,
      event: { type: 'unclear', data: { message: 'reset' } },
    });
    expect(step.attempt.sentAt).toBeUndefined();
  });
});

describe('a refusal', () => {
  const refused = (code: FailureCode, row = submitting(), costMicroUsd?: number) =>
    afterRefusal(
      row,
      { code, message: 'full', event: 'failed', settled: { outcome: 'failed' }, costMicroUsd },
      about(at(9)),
    );

  it('for want of room is tried again by itself, ever later, three times in all', () => {
    const again = (n: number) => refused('capacity', claimedIn('running', {}, { n }));
    expect(again(1)).toMatchObject({
      to: 'queued',
      next: null,
      event: { type: 'retried', data: { code: 'capacity', message: 'full', automatic: true } },
      attempt: { outcome: 'failed' },
      nextAttempt: { id: 'attempt_2', n: 2 },
      video: { notBefore: at(17) },
    });
    expect(again(2)).toMatchObject({ to: 'queued', nextAttempt: { n: 3 }, video: { notBefore: at(25) } });
    expect(again(3)).toMatchObject({ to: 'failed', event: { type: 'failed', actor: { type: 'provider' } } });
  });

  it('is the end where another try cannot help, was billed, or is no longer wished', () => {
    expect(refused('moderation').to).toBe('failed');
    expect(refused('capacity', claimedIn('running'), 1).to).toBe('failed');
    expect(refused('capacity', claimedIn('running'), 0).to).toBe('queued');
    expect(refused('capacity', claimedIn('running', { cancelRequestedAt: t0 })).to).toBe('failed');
    expect(refused('capacity', claimedIn('canceling')).to).toBe('failed');
    expect(refused('capacity', claimedIn('failed', {}, { outcome: null })).to).toBe('failed');
  });
});

describe('a lost create', () => {
  const unknown = () => applied(submitting(), becomeUnknown(submitting(), 'lost', t0));

  it('is looked for at 0, 5, 15, 30 and 60 s, then a person is asked, and never sent again', () => {
    let row = unknown();
    const looks: number[] = [];
    let now = t0;
    while (row.video.state === 'unknown' && looks.length < 20) {
      looks.push((now.getTime() - t0.getTime()) / 1_000);
      const step = stillUnknown(row, about(now), 'complete');
      expect(step.nextAttempt).toBeNull();
      row = applied(row, step);
      now = step.next ?? now;
    }
    expect(looks).toEqual([0, 5, 15, 30, 60, 120]);
    expect(row.video.state).toBe('needs_decision');
  });

  it('sent once more under its key: a refused key proves nothing, a refused request does', () => {
    const refused = (code: FailureCode): Submission => ({ kind: 'rejected', code, message: 'no', raw: null });
    const circumstances = { ...about(at(1)), ...more };
    expect(afterSubmission(unknown(), refused('auth'), circumstances).to).toBe('unknown');
    expect(afterSubmission(unknown(), refused('quota'), circumstances).to).toBe('unknown');
    expect(afterSubmission(unknown(), refused('moderation'), circumstances).to).toBe('failed');
    expect(afterSubmission(submitting(), refused('auth'), circumstances).to).toBe('failed');
  });

  it('sent once more, and not out of the house, proves nothing: it is only tried later', () => {
    for (const retryAfterMs of [null, 600_000]) {
      const limited: Submission = { kind: 'limited', message: 'no', retryAfterMs };
      const step = afterSubmission(unknown(), limited, { ...about(at(1)), ...more });
      expect(step).toMatchObject({ to: 'unknown', event: null, attempt: {}, next: at(retryAfterMs ? 601 : 3) });
      expect(step.attempt).toEqual({});
    }
    const lost: Submission = { kind: 'unclear', message: 'reset' };
    expect(afterSubmission(unknown(), lost, { ...about(at(1)), ...more })).toMatchObject({
      to: 'unknown',
      event: null,
    });
  });

  it('asks at once where the provider neither lists nor calls back', () => {
    const step = stillUnknown(unknown(), about(at(1)), 'impossible');
    expect(step.to).toBe('needs_decision');
    expect(step.attempt).not.toHaveProperty('checks');
    expect(stillUnknown(unknown(), about(at(1)), 'failed').attempt).toMatchObject({ checks: 1 });
  });

  it('may still call: a provider that cannot be searched has until the slow tenth of clips is done', () => {
    const callable = () => ({ ...unknown(), attempt: { ...unknown().attempt, watch: { webhook: true } } });
    let row = applied(callable(), stillUnknown(callable(), about(t0), 'impossible'));
    expect(row.video.state).toBe('unknown');
    row = applied(row, stillUnknown(row, about(at(119)), 'impossible'));
    expect(row.video.state).toBe('unknown');
    expect(stillUnknown(row, about(at(120)), 'impossible').to).toBe('needs_decision');
    expect(stillUnknown(row, about(at(120)), 'failed').to).toBe('unknown');
  });

  it('is absent after three complete listings over two minutes: fewer, or closer, prove less', () => {
    const searched = (count: number, seconds: number) => {
      const row = unknown();
      row.attempt.watch = { listings: { since: t0.toISOString(), count: count - 1 } };
      return stillUnknown(row, about(at(seconds)), 'complete');
    };
    expect(searched(2, 500).to).toBe('unknown');
    expect(searched(3, 119).to).toBe('unknown');
    expect(searched(3, 119).event).toMatchObject({ type: 'listed', data: { listings: 3 } });
    expect(searched(3, 120)).toMatchObject({
      to: 'needs_decision',
      event: { type: 'needs_decision', data: { listings: 3 } },
      next: at(420),
      attempt: { checks: 1 },
    });
  });

  it('does not count listings that failed', () => {
    let row = unknown();
    for (let i = 0; i < 50; i++) row = applied(row, stillUnknown(row, about(at(i * 60)), 'failed'));
    expect(row.video.state).toBe('unknown');
    expect(row.attempt.watch.listings?.count).toBe(0);
    expect(stillUnknown(unknown(), about(at(1)), 'failed').event).toBeNull();
  });

  it('goes on every five minutes while a person is asked, and is given up honestly at watch_until', () => {
    const asked = claimedIn('needs_decision', {}, { watchUntil: at(86_400) });
    const step = stillUnknown(asked, about(at(1_000)), 'complete');
    expect(step.to).toBe('needs_decision');
    expect(step.next).toEqual(at(1_300));
    expect(step.event?.type).toBe('listed');
    expect(stillUnknown(asked, about(at(86_399)), 'complete').to).toBe('needs_decision');
    // A person is asked once, and whoever was answered is not asked again.
    const watch = { listings: { since: t0.toISOString(), count: 9 } };
    for (const state of ['needs_decision', 'failed'] as const) {
      const absent = stillUnknown(claimedIn(state, {}, { watch, outcome: null }), about(at(1_000)), 'complete');
      expect(absent).toMatchObject({ to: state, event: { type: 'listed' } });
    }
    const endless = claimedIn('needs_decision', {}, { watchUntil: null });
    expect(stillUnknown(endless, about(at(99_999)), 'complete').to).toBe('needs_decision');
    expect(stillUnknown(asked, about(at(86_400)), 'complete')).toMatchObject({
      to: 'failed',
      video: { errorCode: 'submission_unknown' },
    });
  });
});
