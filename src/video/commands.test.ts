import { describe, expect, it } from 'vitest';
import { availableCommands, type Command, type CommandName, commandNames, rule } from './commands.ts';
import { claimedIn, t0 } from './testing.ts';
import { type Attempt, type State, states, type Video } from './video.ts';

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

describe.each(states)('in state %s', (state) => {
  it.each(commandNames)('%s', (name) => {
    const ruling = rule(claimedIn(state, {}, settled(state)), command(name), occasion);
    expect(ruling.kind === 'move' ? ruling.move.to : ruling.kind).toBe(expected[state][name]);
    if (ruling.kind === 'refuse') expect(ruling.message).toMatch(/\.$/);
  });

  it('offers only commands that are not refused', () => {
    const { video, attempt } = claimedIn(state, {}, settled(state));
    for (const name of availableCommands(video, attempt)) expect(expected[state][name]).not.toBe('refuse');
  });
});

const failed = (video: Partial<Video>, attempt: Partial<Attempt>) => claimedIn('failed', video, attempt);

describe('retry', () => {
  it('writes a new attempt with the same request', () => {
    const ruling = rule(failed({}, { outcome: 'failed' }), { name: 'retry' }, occasion);
    expect(ruling).toMatchObject({
      kind: 'move',
      move: { to: 'queued', next: null, nextAttempt: { id: 'attempt_2', n: 2 } },
    });
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
    if (ruling.kind === 'move') expect(ruling.move.next).not.toBeNull();
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
