import { describe, expect, it } from 'vitest';
import { type AdminCommand, isLost, possibleForAdmin, ruleForAdmin } from './admin-commands.ts';
import { at, claimedIn, t0 } from './testing.ts';
import { type State, states } from './video.ts';

const occasion = {
  now: t0,
  actor: { type: 'user' as const, id: 'admin' },
  nextAttemptId: 'attempt_2',
  deadlineMs: 900_000,
  retentionMs: 0,
};
const outcomeOf = (state: State, command: AdminCommand) => {
  const ruling = ruleForAdmin(claimedIn(state), command, occasion);
  return ruling.kind === 'move' ? ruling.move.to : ruling.kind;
};

const expected: Record<State, [extend: string, giveUp: string, requeue: string]> = {
  queued: ['refuse', 'refuse', 'queued'],
  submitting: ['refuse', 'failed', 'refuse'],
  unknown: ['refuse', 'failed', 'refuse'],
  needs_decision: ['refuse', 'failed', 'refuse'],
  running: ['running', 'failed', 'refuse'],
  overdue: ['running', 'failed', 'refuse'],
  storing: ['refuse', 'failed', 'refuse'],
  canceling: ['refuse', 'failed', 'refuse'],
  completed: ['refuse', 'refuse', 'refuse'],
  failed: ['refuse', 'refuse', 'refuse'],
  canceled: ['refuse', 'refuse', 'refuse'],
};

describe.each(states)('an operator, in state %s,', (state) => {
  it('extends, gives up and requeues as the table says, and hears why where not', () => {
    const commands: AdminCommand[] = [{ name: 'extend', byMs: 60_000 }, { name: 'give_up' }, { name: 'requeue' }];
    expect(commands.map((command) => outcomeOf(state, command))).toEqual(expected[state]);
    for (const command of commands) {
      const ruling = ruleForAdmin(claimedIn(state), command, occasion);
      if (ruling.kind === 'refuse') expect(ruling.message).toMatch(/\.$/);
    }
  });
});

it.each(states)('what is offered to an operator in state %s is what the table allows', (state) => {
  const claimed = claimedIn(state);
  const [extend, giveUp, requeue] = expected[state].map((outcome) => outcome !== 'refuse');
  const adopt = ['unknown', 'needs_decision', 'failed'].includes(state);
  const offered = [extend && 'extend', giveUp && 'give_up', requeue && 'requeue', adopt && 'adopt'].filter(Boolean);
  expect(possibleForAdmin(claimed.video, claimed.attempt)).toEqual(offered);
  expect(isLost(claimed)).toBe(adopt);
  expect(isLost(claimedIn(state, {}, { operation: { id: 'up' } }))).toBe(false);
});

describe('what an operator does', () => {
  it('moves the deadline, and brings an overdue take back to running', () => {
    const ruling = ruleForAdmin(claimedIn('overdue'), { name: 'extend', byMs: 60_000 }, occasion);
    expect(ruling).toMatchObject({ kind: 'move', move: { to: 'running', video: { deadlineAt: at(60) }, next: t0 } });
    expect(ruling).toMatchObject({
      note: expect.stringContaining(at(60).toISOString()),
      move: {
        event: { type: 'deadline_extended', actor: occasion.actor, data: { deadline_at: at(60).toISOString() } },
      },
    });
  });

  it('gives up a take that goes on being watched, and one that can be collected', () => {
    const silent = ruleForAdmin(claimedIn('running'), { name: 'give_up' }, occasion);
    expect(silent).toMatchObject({
      move: { video: { errorCode: 'provider_silent' }, attempt: { outcome: null }, next: t0 },
    });
    const lost = ruleForAdmin(claimedIn('unknown'), { name: 'give_up' }, occasion);
    expect(lost).toMatchObject({ move: { video: { errorCode: 'submission_unknown' } } });
    const rendered = ruleForAdmin(claimedIn('storing'), { name: 'give_up' }, occasion);
    expect(rendered).toMatchObject({ move: { video: { errorCode: 'download_failed' }, next: null } });
    expect(rendered).toMatchObject({ move: { attempt: { outcome: 'completed' } }, note: 'It can be collected again.' });
    expect(silent).toMatchObject({
      note: expect.stringContaining('still watched'),
      move: {
        event: { type: 'given_up', actor: occasion.actor },
        attempt: { error: null },
        video: { completedAt: t0 },
      },
    });
  });

  it('gives nothing up that was not sent', () => {
    const unsent = claimedIn('submitting', {}, { sentAt: null });
    expect(ruleForAdmin(unsent, { name: 'give_up' }, occasion)).toMatchObject({ kind: 'refuse', code: 'not_possible' });
    expect(ruleForAdmin(unsent, { name: 'requeue' }, occasion)).toMatchObject({ kind: 'move', move: { to: 'queued' } });
    expect(possibleForAdmin(unsent.video, unsent.attempt)).toEqual(['requeue']);
  });

  it('requeues only what was never sent', () => {
    const ruling = ruleForAdmin(claimedIn('queued', { notBefore: at(600) }), { name: 'requeue' }, occasion);
    expect(ruling).toMatchObject({ kind: 'move', move: { to: 'queued', next: null, video: { notBefore: null } } });
    const watch = { unsent: { count: 3, reason: 'refused' }, discard: true };
    const tried = ruleForAdmin(claimedIn('queued', {}, { watch }), { name: 'requeue' }, occasion);
    if (tried.kind !== 'move') throw new Error('refused');
    expect(tried.move.attempt.watch).toEqual({ discard: true });
    expect(tried.move.event).toMatchObject({ type: 'requeued', actor: occasion.actor });
    const over = claimedIn('canceled', {}, { sentAt: null });
    expect(ruleForAdmin(over, { name: 'requeue' }, occasion).kind).toBe('refuse');
  });
});
