import { describe, expect, it } from 'vitest';
import {
  isTerminal,
  requestSchema,
  type State,
  type Status,
  slotStates,
  states,
  statusOf,
  watchSchema,
} from './video.ts';

const expected: Record<State, [status: Status, isTerminal: boolean, holdsSlot: boolean]> = {
  queued: ['queued', false, false],
  submitting: ['queued', false, true],
  unknown: ['in_progress', false, true],
  needs_decision: ['in_progress', false, false],
  running: ['in_progress', false, true],
  overdue: ['in_progress', false, false],
  storing: ['in_progress', false, false],
  canceling: ['in_progress', false, true],
  completed: ['completed', true, false],
  failed: ['failed', true, false],
  canceled: ['failed', true, false],
};

describe.each(states)('the state %s', (state) => {
  it('has its public status, an end or none, and a slot or none', () => {
    const status = statusOf({ state, upstreamQueued: false });
    expect([status, isTerminal(state), slotStates.includes(state)]).toEqual(expected[state]);
    // Only where a job runs does its own queue show.
    const queued = statusOf({ state, upstreamQueued: true });
    expect(queued).toBe(state === 'running' ? 'queued' : status);
  });
});

describe('what is read back from a row', () => {
  const request = {
    model: null,
    prompt: 'a red fox in snow',
    seconds: 4,
    size: '320x180',
    seed: null,
    settings: { nested: [1, { a: null }] },
    inputs: ['asset_1'],
    from: { operation: 'extend', upstreamId: 'up_1', addedSeconds: 4 },
    characters: ['up_2'],
  };
  const since = '2026-01-01T00:00:00.000Z';
  const watch = {
    trouble: { kind: 'auth', since, count: 1 },
    missing: { since, count: 1 },
    listings: { since, count: 1 },
    progress: { percent: 5, movedAt: since },
    downloads: { count: 1, reason: 'reset' },
    cancel: { at: since, refused: true },
    discard: true,
    webhook: true,
    unsent: { count: 1, reason: 'refused' },
  };

  it('is a request, whole', () => {
    expect(requestSchema.parse(request)).toEqual(request);
    const { from: _made, characters: _whose, ...plain } = request;
    expect(requestSchema.parse(plain)).toEqual(plain);
    for (const operation of ['remix', 'edit']) {
      const from = { operation, upstreamId: null };
      expect(requestSchema.parse({ ...plain, from }).from).toEqual(from);
    }
  });

  it.each([{ seconds: 0 }, { seed: 0.5 }, { inputs: [1] }, { from: { operation: 'sell', upstreamId: null } }])(
    'is no request with %j',
    (wrong) => {
      expect(requestSchema.safeParse({ ...request, ...wrong }).success).toBe(false);
    },
  );

  it('is what our looking gathered, whole, and any part of it', () => {
    expect(watchSchema.parse(watch)).toEqual(watch);
    expect(watchSchema.parse({})).toEqual({});
    for (const kind of ['transient', 'rate_limited', 'protocol']) {
      const trouble = { kind, since, count: 1 };
      expect(watchSchema.parse({ trouble })).toEqual({ trouble });
    }
  });

  it.each(Object.keys(watch))('is nothing where %s is of no known shape', (key) => {
    expect(watchSchema.safeParse({ [key]: { kind: 'else' } }).success).toBe(false);
  });
});
