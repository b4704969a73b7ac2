import { describe, expect, it } from 'vitest';
import type { Listed, Submission } from '#video/answer.ts';
import { at, claimedIn, t0 } from '#video/testing.ts';
import type { Attempt, State } from '#video/video.ts';
import { resolve } from './resolve.ts';
import { createLoneStep, type LoneStep } from './testing-step.ts';

const rowIn = (state: State, attempt: Partial<Attempt> = {}) => claimedIn(state, { provider: 'fake' }, attempt);
const job = (id: string, more: Partial<Listed> = {}): Listed => ({
  upstreamId: id,
  operation: { id },
  createdAt: at(1),
  prompt: 'a red fox in snow',
  model: null,
  seconds: 4,
  size: '320x180',
  ...more,
});
const lost = (id: string, seconds = 0) => ({ id, sentAt: at(seconds) });
const own = lost('attempt_1');

type Options = NonNullable<Parameters<typeof createLoneStep>[1]>;
const listing = (...jobs: Listed[]) => ({ list: async () => ({ kind: 'complete' as const, jobs }) });

async function resolved(options: Options, row = rowIn('unknown')): Promise<LoneStep> {
  const step = createLoneStep(row, options);
  await resolve(step, row);
  return step;
}

describe('a create whose answer was lost', () => {
  it('is found in a complete listing, and the job is its own before that is saved', async () => {
    const written: unknown[] = [];
    const { saved, calls } = await resolved({
      provider: listing(job('x')),
      store: {
        saveOperation: async (...args) => {
          written.push(args);
          return 'saved';
        },
      },
    });
    expect(written).toEqual([['attempt_1', { id: 'x' }, 'x']]);
    expect(saved).toMatchObject([{ to: 'running', event: { type: 'adopted' }, attempt: { upstreamId: 'x' } }]);
    expect(calls.indexOf('saveOperation')).toBeLessThan(calls.indexOf('save running'));
  });

  it('is looked for since the oldest of its kind was sent, less what clocks differ by', async () => {
    const since = async (mine: number, ...others: number[]) => {
      let asked: Date | null = null;
      const list = async (from: Date) => {
        asked = from;
        return { kind: 'complete' as const, jobs: [] };
      };
      const all = [lost('attempt_1', mine), ...others.map((seconds, i) => lost(`attempt_${i + 2}`, seconds))];
      const store = { lostAttempts: async () => ({ lost: all.slice(1), submitting: 0 }) };
      await resolved({ provider: { list }, store }, rowIn('unknown', { sentAt: at(mine) }));
      return asked;
    };
    expect(await since(100)).toEqual(at(40));
    expect(await since(100, 200, 90)).toEqual(at(30));
    expect(await since(100, 200)).toEqual(at(40));
  });

  it('counts from when the listing came, on the clock of the claim', async () => {
    for (const jobs of [[job('x')], []]) {
      const list = async () => {
        step.pass(9_000);
        return { kind: 'complete' as const, jobs };
      };
      const row = rowIn('unknown');
      const step = createLoneStep(row, { provider: { list } });
      step.pass(3_600_000);
      await resolve(step, row);
      const [move] = step.saved;
      expect(move?.video.acceptedAt ?? new Date(move?.attempt.watch?.listings?.since ?? 0)).toEqual(at(9));
    }
  });

  it('has no job that belongs to another attempt', async () => {
    const asked: unknown[] = [];
    const { saved } = await resolved({
      provider: listing(job('x'), job('y', { prompt: 'another' })),
      store: {
        knownUpstreamIds: async (...args) => {
          asked.push(args);
          return new Set(['x']);
        },
      },
    });
    expect(asked).toEqual([['fake', ['x', 'y']]]);
    expect(saved).toMatchObject([{ to: 'unknown', event: { type: 'listed', data: { listings: 1 } } }]);
  });

  it('has no job that a direct answer took meanwhile', async () => {
    const { saved } = await resolved({
      provider: listing(job('x')),
      store: { saveOperation: async () => 'taken' },
    });
    expect(saved).toMatchObject([{ to: 'unknown', event: { type: 'listed' } }]);
  });

  it('waits while an equal request is on the wire, whose job it might take', async () => {
    const { saved, calls } = await resolved({
      provider: listing(job('x')),
      store: { lostAttempts: async () => ({ lost: [own], submitting: 1 }) },
    });
    expect(saved).toMatchObject([{ to: 'unknown', event: null, next: at(2), attempt: {} }]);
    expect(calls).not.toContain('list');
  });

  it('proves nothing by a listing that failed', async () => {
    const list = async () => ({ kind: 'no_answer', why: 'transient', message: 'x', retryAfterMs: null }) as const;
    const { saved } = await resolved({ provider: { list } });
    expect(saved).toMatchObject([{ to: 'unknown', event: null, attempt: { watch: { listings: { count: 0 } } } }]);
  });

  it('is asked about at once where nobody can be asked', async () => {
    const { saved } = await resolved({ provider: { list: undefined } });
    expect(saved).toMatchObject([{ to: 'needs_decision', event: { type: 'needs_decision' } }]);
    const unsent = await resolved({ provider: listing(job('x')) }, rowIn('unknown', { sentAt: null }));
    expect(unsent.saved).toMatchObject([{ to: 'needs_decision' }]);
    expect(unsent.calls).not.toContain('list');
  });
});

describe('a listing that tells no prompts', () => {
  const secret = listing(job('x', { prompt: null }));
  const searched = (all: { lost: { id: string; sentAt: Date }[]; submitting: number }) =>
    resolved({
      provider: secret,
      store: {
        lostAttempts: async (_provider, requestHash) => (requestHash === null ? all : { lost: [own], submitting: 0 }),
      },
    });

  it('is believed where no other create of ours is open there', async () => {
    expect((await searched({ lost: [own], submitting: 0 })).saved).toMatchObject([{ to: 'running' }]);
  });

  it.each([
    ['lost', { lost: [own, lost('attempt_2')], submitting: 0 }],
    ['on the wire', { lost: [own], submitting: 1 }],
  ])('is not believed while another is %s', async (_what, all) => {
    const { saved, calls } = await searched(all);
    expect(saved).toMatchObject([{ to: 'unknown', event: { type: 'listed', data: { listings: 1 } } }]);
    expect(calls).not.toContain('saveOperation');
  });
});

describe('where the provider deduplicates', () => {
  const answering = (outcome: Submission) => ({ ...listing(job('x')), start: async () => outcome });
  const capabilities = { deduplicates: true };

  it('the same bytes are sent once more, and a clear answer is the end', async () => {
    const accepted: Submission = { kind: 'accepted', operation: { id: 'up' }, upstreamId: 'up', raw: null };
    const { saved, calls } = await resolved({ provider: answering(accepted), capabilities });
    expect(saved).toMatchObject([{ to: 'running', event: { type: 'accepted' }, attempt: { upstreamId: 'up' } }]);
    expect(calls).not.toContain('list');
  });

  it('an unclear one leads to the listing', async () => {
    const { saved, calls } = await resolved({ provider: answering({ kind: 'unclear', message: 'x' }), capabilities });
    expect(calls.indexOf('start')).toBeLessThan(calls.indexOf('list'));
    expect(saved).toMatchObject([{ to: 'running', event: { type: 'adopted' } }]);
  });

  it('nothing is sent any more once a person was asked, nor where it does not', async () => {
    const provider = answering({ kind: 'unclear', message: 'x' });
    expect((await resolved({ provider, capabilities }, rowIn('needs_decision'))).calls).not.toContain('start');
    expect((await resolved({ provider })).calls).not.toContain('start');
    expect((await resolved({ provider, capabilities }, rowIn('unknown', { sentAt: t0 }))).calls).toContain('start');
  });
});
