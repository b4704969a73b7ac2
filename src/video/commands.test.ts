import { describe, expect, it } from 'vitest';
import { availableCommands, type Command, type CommandName, commandNames, type Occasion, rule } from './commands.ts';
import type { FailureCode } from './failure.ts';
import type { Move } from './lifecycle.ts';
import { claimedIn, t0 } from './testing.ts';
import { type Attempt, type Claimed, type State, states, type Video } from './video.ts';

const occasion = {
  now: t0,
  actor: { type: 'user' as const, id: 'u' },
  nextAttemptId: 'attempt_2',
  deadlineMs: 900_000,
  retentionMs: 0,
};

const command = (name: CommandName): Command => (name === 'decide' ? { name, decision: 'keep_looking' } : { name });

/** What each command does in each state: the state after, or `refuse` / `nothing`. */
const expected: Record<State, Record<CommandName, State | 'refuse' | 'nothing'>> = {
  queued: {
    cancel: 'canceled',
    retry: 'refuse',
    collect: 'refuse',
    reset: 'refuse',
    decide: 'refuse',
    delete: 'canceled',
  },
  submitting: {
    cancel: 'submitting',
    retry: 'refuse',
    collect: 'refuse',
    reset: 'unknown',
    decide: 'refuse',
    delete: 'submitting',
  },
  unknown: {
    cancel: 'unknown',
    retry: 'refuse',
    collect: 'refuse',
    reset: 'unknown',
    decide: 'refuse',
    delete: 'unknown',
  },
  needs_decision: {
    cancel: 'needs_decision',
    retry: 'refuse',
    collect: 'refuse',
    reset: 'unknown',
    decide: 'needs_decision',
    delete: 'needs_decision',
  },
  running: {
    cancel: 'canceling',
    retry: 'refuse',
    collect: 'refuse',
    reset: 'running',
    decide: 'refuse',
    delete: 'canceling',
  },
  overdue: {
    cancel: 'canceling',
    retry: 'refuse',
    collect: 'refuse',
    reset: 'running',
    decide: 'refuse',
    delete: 'canceling',
  },
  storing: {
    cancel: 'refuse',
    retry: 'refuse',
    collect: 'refuse',
    reset: 'running',
    decide: 'refuse',
    delete: 'storing',
  },
  canceling: {
    cancel: 'canceling',
    retry: 'refuse',
    collect: 'refuse',
    reset: 'running',
    decide: 'refuse',
    delete: 'canceling',
  },
  completed: {
    cancel: 'refuse',
    retry: 'refuse',
    collect: 'refuse',
    reset: 'refuse',
    decide: 'refuse',
    delete: 'completed',
  },
  failed: { cancel: 'refuse', retry: 'queued', collect: 'refuse', reset: 'refuse', decide: 'refuse', delete: 'failed' },
  canceled: {
    cancel: 'nothing',
    retry: 'queued',
    collect: 'refuse',
    reset: 'refuse',
    decide: 'refuse',
    delete: 'canceled',
  },
};

const settled = (state: State): Partial<Attempt> =>
  state === 'failed' || state === 'canceled' ? { outcome: state } : {};

it('the table knows every command', () => {
  for (const state of states) expect(Object.keys(expected[state])).toEqual(commandNames);
});

describe.each(states)('in state %s', (state) => {
  it.each(commandNames)('%s', (name) => {
    const ruling = rule(claimedIn(state, {}, settled(state)), command(name), occasion);
    expect(ruling.kind === 'move' ? ruling.move.to : ruling.kind).toBe(expected[state][name]);
    if (ruling.kind === 'refuse') {
      expect(ruling).toMatchObject({ code: 'not_possible', message: expect.stringMatching(/\.$/) });
    }
  });

  it('offers exactly the commands that do something', () => {
    const { video, attempt } = claimedIn(state, {}, settled(state));
    const canceling = state === 'canceling' || state === 'canceled';
    const does = commandNames.filter((name) => expected[state][name] !== 'refuse' && !(name === 'cancel' && canceling));
    expect(availableCommands(video, attempt)).toEqual(does);
    const asked = availableCommands({ ...video, cancelRequestedAt: t0 }, attempt);
    expect(asked).toEqual(does.filter((name) => name !== 'cancel'));
  });
});

const moveOf = (claimed: Claimed, asked: Command, more: Partial<Occasion> = {}): Move => {
  const ruling = rule(claimed, asked, { ...occasion, ...more });
  if (ruling.kind !== 'move') throw new Error(JSON.stringify(ruling));
  return ruling.move;
};

const failed = (video: Partial<Video>, attempt: Partial<Attempt>) => claimedIn('failed', video, attempt);

describe('retry', () => {
  it('writes a new attempt with the same request', () => {
    const ruling = rule(failed({}, { outcome: 'failed' }), { name: 'retry' }, occasion);
    expect(ruling).toMatchObject({
      kind: 'move',
      move: { to: 'queued', next: null, nextAttempt: { id: 'attempt_2', n: 2 } },
    });
    const row = failed({ errorCode: 'moderation', notBefore: t0, completedAt: t0 }, { outcome: 'failed', n: 4 });
    expect(moveOf(row, { name: 'retry' })).toMatchObject({
      event: { type: 'retried', actor: occasion.actor, data: { automatic: false, after: 'moderation' } },
      nextAttempt: { n: 5 },
      video: { notBefore: null, cancelRequestedAt: null, completedAt: null },
    });
  });

  it('says whether the earlier one was billed, where that is sure', () => {
    const note = (errorCode: FailureCode | null) =>
      rule(failed({ errorCode }, { outcome: 'failed' }), { name: 'retry' }, occasion);
    expect(note('moderation')).toMatchObject({ note: 'The earlier try was not billed.' });
    expect(note('provider_error')).toMatchObject({ note: null });
    expect(note(null)).toMatchObject({ note: null });
  });

  it('needs no force where nothing was sent, or the provider gave its verdict', () => {
    expect(moveOf(failed({}, { sentAt: null, outcome: null }), { name: 'retry' }).to).toBe('queued');
    expect(moveOf(failed({}, { outcome: 'rejected' }), { name: 'retry', force: false }).to).toBe('queued');
  });

  it('is refused while the earlier attempt may still be billed, unless forced', () => {
    for (const outcome of [null, 'abandoned'] as const) {
      const row = failed({ errorCode: 'submission_unknown' }, { outcome });
      expect(rule(row, { name: 'retry' }, occasion)).toMatchObject({ kind: 'refuse', code: 'may_be_billed' });
    }
  });

  it('with force makes a new take while the old attempt is open, and a new attempt once it is not', () => {
    const force = { name: 'retry', force: true } as const;
    expect(rule(failed({}, { outcome: null }), force, occasion)).toMatchObject({ kind: 'new_take', move: null });
    expect(rule(failed({}, { outcome: 'abandoned' }), force, occasion)).toMatchObject({
      kind: 'move',
      move: { to: 'queued' },
    });
  });

  it('of a download that failed collects again, and renders nothing', () => {
    const row = failed({ errorCode: 'download_failed' }, { outcome: 'completed', operation: { id: 'up' } });
    expect(rule(row, { name: 'retry' }, occasion)).toMatchObject({
      kind: 'move',
      move: { to: 'storing', nextAttempt: null },
    });
  });
});

describe('collect', () => {
  const done = { outcome: 'completed', operation: { id: 'up' } } as const;

  it('copies again what lies at the provider, and forgets what was wished meanwhile', () => {
    const watch = { downloads: { count: 9, reason: 'x' }, discard: true, webhook: true };
    for (const state of ['failed', 'canceled'] as const) {
      const step = moveOf(claimedIn(state, {}, { ...done, watch }), { name: 'collect' });
      expect(step).toMatchObject({
        to: 'storing',
        next: t0,
        event: { type: 'collect_again', actor: occasion.actor },
        video: { completedAt: null, notBefore: null, hiddenAt: null, cancelRequestedAt: null, progress: 99 },
      });
      expect(step.attempt.watch).toEqual({ discard: false, webhook: true });
    }
  });

  it.each([{ operation: null }, { outcome: 'failed' }] as const)('is refused with %j', (attempt) => {
    expect(rule(failed({}, { ...done, ...attempt }), { name: 'collect' }, occasion).kind).toBe('refuse');
  });

  it('is refused where the clip is here', () => {
    expect(rule(failed({ clipAssetId: 'asset_1' }, done), { name: 'collect' }, occasion).kind).toBe('refuse');
  });

  it('is not what a retry means after another failure', () => {
    expect(moveOf(failed({ errorCode: 'expired' }, done), { name: 'retry' }).to).toBe('queued');
    expect(moveOf(failed({ errorCode: 'download_failed' }, { outcome: 'failed' }), { name: 'retry' }).to).toBe(
      'queued',
    );
  });
});

describe('reset', () => {
  it('never creates an attempt, and goes by what is known', () => {
    const cases: [Partial<Attempt>, State][] = [
      [{ operation: { id: 'up' }, sentAt: t0 }, 'running'],
      [{ operation: null, sentAt: t0 }, 'unknown'],
      [{ operation: null, sentAt: null }, 'queued'],
    ];
    for (const [attempt, to] of cases) {
      const ruling = rule(claimedIn('submitting', {}, attempt), { name: 'reset' }, occasion);
      expect(ruling).toMatchObject({ kind: 'move', move: { to, nextAttempt: null } });
    }
  });

  it('looks afresh: what was gathered is forgotten, but for the call that may come', () => {
    const watch = { webhook: true, missing: { since: t0.toISOString(), count: 2 } };
    const step = moveOf(claimedIn('submitting', {}, { sentAt: t0, watch }), { name: 'reset' });
    expect(step).toMatchObject({
      next: t0,
      event: { type: 'reset', actor: occasion.actor },
      video: { notBefore: null, completedAt: null, cancelRequestedAt: null, deadlineAt: null },
    });
    expect(step.attempt.watch).toEqual({ webhook: true });
    expect(moveOf(claimedIn('submitting', {}, { sentAt: null }), { name: 'reset' }).next).toBeNull();
  });

  it('of a failed take is for what may still be there', () => {
    const reset = (video: Partial<Video>, attempt: Partial<Attempt>) =>
      rule(failed(video, { operation: { id: 'up' }, ...attempt }), { name: 'reset' }, occasion).kind;
    expect(reset({}, { outcome: null })).toBe('move');
    expect(reset({ errorCode: 'job_not_found' }, { outcome: 'failed' })).toBe('move');
    expect(reset({}, { outcome: 'completed' })).toBe('move');
    expect(reset({}, { outcome: 'failed' })).toBe('refuse');
  });

  it('gives a silent provider a new deadline and a new end of looking', () => {
    const row = failed(
      { errorCode: 'provider_silent' },
      { outcome: 'abandoned', operation: { id: 'up' }, watchUntil: t0 },
    );
    const ruling = rule(row, { name: 'reset' }, occasion);
    if (ruling.kind !== 'move') throw new Error('refused');
    expect(ruling.move.video.deadlineAt?.getTime()).toBe(t0.getTime() + 900_000);
    expect(ruling.move.attempt).toMatchObject({ outcome: null, watchUntil: new Date(t0.getTime() + 86_400_000) });
  });
});

describe('decide', () => {
  const row = () => claimedIn('needs_decision');

  it('stop looking fails honestly, and still watches', () => {
    const ruling = rule(row(), { name: 'decide', decision: 'stop_looking' }, occasion);
    expect(ruling).toMatchObject({
      kind: 'move',
      move: { to: 'failed', video: { errorCode: 'submission_unknown' }, attempt: { outcome: null } },
    });
    expect(moveOf(row(), { name: 'decide', decision: 'stop_looking' })).toMatchObject({
      next: new Date(t0.getTime() + 300_000),
      event: { type: 'given_up', actor: occasion.actor },
      attempt: { error: null },
      video: { completedAt: t0 },
    });
  });

  it('keep looking looks at once', () => {
    expect(moveOf(row(), { name: 'decide', decision: 'keep_looking' })).toMatchObject({
      to: 'needs_decision',
      next: t0,
      event: { type: 'keep_looking', actor: occasion.actor },
    });
  });

  it('send again is a new take; the lost one is given up and watched', () => {
    const ruling = rule(row(), { name: 'decide', decision: 'send_again' }, occasion);
    expect(ruling).toMatchObject({ kind: 'new_take', move: { to: 'failed', attempt: { outcome: null } } });
  });
});

describe('cancel and delete', () => {
  it('remember the wish while the operation is not known', () => {
    for (const state of ['submitting', 'unknown', 'needs_decision'] as const) {
      const ruling = rule(claimedIn(state), { name: 'cancel' }, occasion);
      expect(ruling).toMatchObject({ kind: 'move', move: { video: { cancelRequestedAt: t0 } } });
    }
  });

  it('end at once what was not sent, and cost nothing', () => {
    const step = moveOf(claimedIn('queued'), { name: 'cancel' });
    expect(step).toMatchObject({
      next: null,
      event: { type: 'canceled', actor: occasion.actor },
      attempt: { outcome: 'canceled' },
      entry: { kind: 'release' },
      video: { cancelRequestedAt: t0, errorCode: 'canceled', completedAt: t0 },
    });
    expect(step.video).not.toHaveProperty('hiddenAt');
    expect(rule(claimedIn('queued'), { name: 'delete' }, occasion)).toMatchObject({
      note: null,
      move: { video: { hiddenAt: t0 } },
    });
    expect(rule(claimedIn('running'), { name: 'delete' }, occasion)).toMatchObject({ note: expect.any(String) });
  });

  it('ask the provider at once, and are written down once', () => {
    for (const state of ['running', 'overdue'] as const) {
      expect(moveOf(claimedIn(state), { name: 'cancel' })).toMatchObject({
        next: t0,
        event: { type: 'canceling', actor: occasion.actor },
        video: { cancelRequestedAt: t0 },
      });
    }
    const before = new Date(t0.getTime() - 5_000);
    const again = moveOf(claimedIn('canceling', { cancelRequestedAt: before }), { name: 'cancel' });
    expect(again).toMatchObject({ next: t0, event: null, video: { cancelRequestedAt: before } });
    expect(moveOf(claimedIn('unknown'), { name: 'cancel' })).toMatchObject({
      next: t0,
      event: { type: 'cancel_requested', actor: occasion.actor },
    });
  });

  it('keep or throw away a late clip as was wished last', () => {
    const watch = { webhook: true, discard: true };
    for (const state of ['running', 'canceling', 'unknown'] as const) {
      const wished = (discard?: boolean) =>
        moveOf(claimedIn(state, {}, { watch }), { name: 'cancel', discard }).attempt.watch;
      expect([wished(), wished(false)]).toEqual([watch, { webhook: true, discard: false }]);
    }
  });

  it('say what becomes of the clip where the provider cannot stop', () => {
    for (const state of ['running', 'canceling'] as const) {
      const note = (discard: boolean, endless: boolean) => {
        const ruling = rule(claimedIn(state), { name: 'cancel', discard }, { ...occasion, endless });
        return ruling.kind === 'move' ? ruling.note : null;
      };
      expect(note(true, true)).toContain('discarded');
      expect(note(false, true)).toContain('kept');
      expect(note(true, false) ?? '').not.toContain('discarded');
    }
  });

  it('delete of what is over or being saved only hides it', () => {
    for (const state of ['completed', 'failed', 'canceled', 'storing'] as const) {
      expect(moveOf(claimedIn(state, { checkAt: t0 }), { name: 'delete' })).toMatchObject({
        to: state,
        next: t0,
        event: { type: 'deleted', actor: occasion.actor },
        video: { hiddenAt: t0 },
      });
    }
  });

  it('delete hides at once and discards what still comes', () => {
    const ruling = rule(claimedIn('running'), { name: 'delete' }, occasion);
    expect(ruling).toMatchObject({
      kind: 'move',
      move: { to: 'canceling', video: { hiddenAt: t0, cancelRequestedAt: t0 }, attempt: { watch: { discard: true } } },
    });
  });

  it('delete of a given-up take keeps its watch', () => {
    const row = failed({ checkAt: t0 }, { outcome: null });
    const ruling = rule(row, { name: 'delete' }, occasion);
    expect(ruling).toMatchObject({ kind: 'move', move: { to: 'failed', next: t0 } });
  });
});
