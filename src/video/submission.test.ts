import { describe, expect, it } from 'vitest';
import type { Submission } from './answer.ts';
import { applied } from './lifecycle.ts';
import { afterSubmission, becomeUnknown, intend, stillUnknown } from './submission.ts';
import { about, at, claimedIn, t0 } from './testing.ts';

const more = { deadlineMs: 900_000, retentionMs: 3_600_000 };
const submitting = () => applied(claimedIn('queued'), intend(claimedIn('queued'), t0, more));

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
    expect(step).toMatchObject({ to: 'canceled', attempt: { sentAt: null, outcome: 'canceled' } });
  });

  it('B: a definite no fails at once', () => {
    const rejected: Submission = { kind: 'rejected', code: 'moderation', message: 'no', raw: null };
    expect(afterSubmission(submitting(), rejected, { ...about(at(1)), ...more })).toMatchObject({
      to: 'failed',
      video: { errorCode: 'moderation' },
      attempt: { outcome: 'rejected' },
    });
  });

  it('C: accepted runs, with a deadline that counts from here', () => {
    const ok: Submission = { kind: 'accepted', operation: { id: 'up' }, upstreamId: 'up', raw: null };
    expect(afterSubmission(submitting(), ok, { ...about(at(9)), ...more })).toMatchObject({
      to: 'running',
      video: { acceptedAt: at(9), deadlineAt: at(909) },
      attempt: { operation: { id: 'up' }, upstreamId: 'up' },
    });
  });

  it('C after a cancel is looked at once, so that the cancel is passed on', () => {
    const row = submitting();
    row.video.cancelRequestedAt = t0;
    const ok: Submission = { kind: 'accepted', operation: { id: 'up' }, upstreamId: 'up', raw: null };
    expect(afterSubmission(row, ok, { ...about(at(9)), ...more }).next).toEqual(at(9));
  });

  it('D: anything else is unknown: never failed, never sent again by itself', () => {
    const step = afterSubmission(submitting(), { kind: 'unclear', message: 'reset' }, { ...about(at(1)), ...more });
    expect(step).toMatchObject({ to: 'unknown', next: at(1), nextAttempt: null });
    expect(step.attempt.sentAt).toBeUndefined();
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
    const refused = (code: 'auth' | 'moderation'): Submission => ({ kind: 'rejected', code, message: 'no', raw: null });
    const circumstances = { ...about(at(1)), ...more };
    expect(afterSubmission(unknown(), refused('auth'), circumstances).to).toBe('unknown');
    expect(afterSubmission(unknown(), refused('moderation'), circumstances).to).toBe('failed');
  });

  it('asks at once where the provider neither lists nor calls back', () => {
    expect(stillUnknown(unknown(), about(at(1)), 'impossible').to).toBe('needs_decision');
  });

  it('does not count listings that failed', () => {
    let row = unknown();
    for (let i = 0; i < 50; i++) row = applied(row, stillUnknown(row, about(at(i * 60)), 'failed'));
    expect(row.video.state).toBe('unknown');
  });

  it('goes on every five minutes while a person is asked, and is given up honestly at watch_until', () => {
    const asked = claimedIn('needs_decision', {}, { watchUntil: at(86_400) });
    const step = stillUnknown(asked, about(at(1_000)), 'complete');
    expect(step.to).toBe('needs_decision');
    expect(step.next).toEqual(at(1_300));
    expect(stillUnknown(asked, about(at(86_400)), 'complete')).toMatchObject({
      to: 'failed',
      video: { errorCode: 'submission_unknown' },
    });
  });
});
