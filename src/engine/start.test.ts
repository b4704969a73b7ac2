import { describe, expect, it } from 'vitest';
import type { Submission } from '#video/answer.ts';
import type { CircuitNews } from '#video/circuit.ts';
import { at, claimedIn, t0 } from '#video/testing.ts';
import type { Attempt, State } from '#video/video.ts';
import { ClaimLost } from './lease.ts';
import type { StartCall } from './ports/provider.ts';
import { recover, start, submitOnce } from './start.ts';
import type { Hold, Model, System } from './system.ts';
import { createLoneStep } from './testing-step.ts';

const rowIn = (state: State, attempt: Partial<Attempt> = {}) =>
  claimedIn(state, { provider: 'fake', resolvedModel: 'fake/model' }, { provider: 'fake', ...attempt });
const accepted: Submission = { kind: 'accepted', operation: { id: 'up' }, upstreamId: 'up', raw: null };
const answering = (outcome: Submission) => ({ start: async () => outcome });
const hold = (more: Partial<Hold>): Hold => ({
  provider: 'fake',
  pausedAt: null,
  stoppedAt: null,
  openedAt: null,
  nextTryAt: null,
  trialAt: null,
  ...more,
});

/** A catalogue in which a take of the first model may go to another provider, at the same price. */
function withFallback(): Pick<System, 'catalogue' | 'providers'> {
  const { system, provider } = createLoneStep(rowIn('queued'));
  const price = { perClipUsd: 0.4, source: 'a list', asOf: '2026-01-01' };
  const other = { ...(system.catalogue.models()[0] as Model), id: 'other/model', provider: 'other', price };
  return {
    providers: { ids: () => ['fake', 'other'], get: () => provider, name: (id) => id },
    catalogue: {
      ...system.catalogue,
      get: (id) => (id === other.id ? other : undefined),
      fallbacksOf: () => ({ to: [other.id], dearer: false }),
    },
  };
}

describe('a start', () => {
  it('commits the intent, sends once, and writes the job down before anything else', async () => {
    const step = createLoneStep(rowIn('queued'), { provider: answering(accepted) });
    await start(step, rowIn('queued'));
    expect(step.calls.filter((call) => call !== 'quantiles')).toEqual([
      'holds',
      'save submitting',
      'start',
      'saveOperation',
      'changeCircuit',
      'save running',
    ]);
    expect(step.saved[1]).toMatchObject({ event: { type: 'accepted' }, attempt: { operation: { id: 'up' } } });
  });

  it('sends nothing when the claim is lost with the intent', async () => {
    const step = createLoneStep(rowIn('queued'), { keepsClaim: false });
    await start(step, rowIn('queued'));
    expect(step.calls).toEqual(['holds', 'save submitting']);
  });

  it('sends what was frozen, under the id of its attempt, with the signal of its lease', async () => {
    const sent: unknown[] = [];
    const provider = {
      credentialId: 'cred_1',
      start: async (...args: unknown[]) => {
        sent.push(...args);
        return accepted;
      },
    };
    const step = createLoneStep(rowIn('queued'), { provider });
    await start(step, rowIn('queued'));
    expect(sent).toEqual([
      rowIn('queued').attempt.request,
      { key: 'attempt_1', signal: step.signal, webhookUrl: null, mayStillSend: step.isHeld },
    ]);
    expect(step.saved[0]).toMatchObject({ attempt: { sentAt: t0, credentialId: 'cred_1', watchUntil: at(86_400) } });
    expect(step.saved[0]?.attempt.watch?.webhook).toBeUndefined();
  });

  it('gives up where it stood still until the claim had run out: nothing was sent, and no provider is to blame', async () => {
    const provider = { start: async () => ({ kind: 'unsent', message: 'it is too late to send it' }) as const };
    const step = createLoneStep(rowIn('queued'), { provider, isHeld: () => false });
    await expect(start(step, rowIn('queued'))).rejects.toBeInstanceOf(ClaimLost);
    expect(step.saved.map(({ to }) => to)).toEqual(['submitting']);
    expect(step.calls).not.toContain('changeCircuit');
  });

  it('counts from the moment of the answer, on the clock of the claim', async () => {
    const step = createLoneStep(rowIn('queued'), {
      provider: {
        start: async () => {
          step.pass(7_000);
          return accepted;
        },
      },
    });
    step.pass(3_600_000);
    await start(step, rowIn('queued'));
    expect(step.saved[0]?.attempt.sentAt).toEqual(t0);
    expect(step.saved[1]?.video.acceptedAt).toEqual(at(7));
  });

  it.each([
    ['a provider that calls, where we can be reached', true, true],
    ['a provider that does not call', false, true],
    ['a provider that calls, where nobody can reach us', true, false],
  ])('tells where to call: %s', async (_what, callsBack, reachable) => {
    const told: StartCall[] = [];
    const hooks = { urlFor: () => (reachable ? 'https://dailies.example/hook' : null), attemptOf: () => null };
    const step = createLoneStep(rowIn('queued'), {
      capabilities: { callsBack },
      system: { hooks },
      provider: {
        start: async (_request, call) => {
          told.push(call);
          return accepted;
        },
      },
    });
    await start(step, rowIn('queued'));
    const tells = callsBack && reachable;
    expect(told[0]?.webhookUrl).toBe(tells ? 'https://dailies.example/hook' : null);
    expect(step.saved[0]?.attempt.watch?.webhook).toBe(tells || undefined);
  });

  it.each(['stopped', 'paused', 'open'])('waits in line while its provider is %s, and sends nothing', async (why) => {
    const held = hold(
      {
        stopped: { stoppedAt: t0, nextTryAt: at(60) },
        paused: { pausedAt: t0 },
        open: { openedAt: t0, nextTryAt: at(60) },
      }[why] as Partial<Hold>,
    );
    const step = createLoneStep(rowIn('queued'), { store: { holds: async () => [held] } });
    await start(step, rowIn('queued'));
    expect(step.calls).toEqual(['holds', 'save queued']);
    expect(step.saved[0]).toMatchObject({ next: null, event: null, video: { notBefore: held.nextTryAt } });
  });

  it('goes elsewhere at once where that was allowed; a pause of ours is no reason to', async () => {
    const tryWith = async (held: Hold) => {
      const step = createLoneStep(rowIn('queued'), { store: { holds: async () => [held] }, system: withFallback() });
      await start(step, rowIn('queued'));
      expect(step.calls).not.toContain('start');
      return step.saved.map((move) => move.event?.type);
    };
    expect(await tryWith(hold({ openedAt: t0, nextTryAt: at(60) }))).toEqual(['fell_back']);
    expect(await tryWith(hold({ pausedAt: t0 }))).toEqual([undefined]);
  });
});

describe('the answer to a create', () => {
  const submitting = () => rowIn('submitting');

  it('with the id of another take is believed of neither', async () => {
    const step = createLoneStep(submitting(), {
      provider: answering(accepted),
      store: { saveOperation: async () => 'taken' },
    });
    expect(await submitOnce(step, submitting(), () => at(3))).toBe('saved');
    expect(step.saved).toMatchObject([{ to: 'unknown', event: { type: 'unclear' }, next: at(3) }]);
  });

  it('that is yes is written down again and again while the store is away, ever more patiently', async () => {
    let tries = 0;
    const warnings: unknown[] = [];
    const log = { debug() {}, info() {}, error() {}, warn: (fields: object) => void warnings.push(fields) };
    const step = createLoneStep(submitting(), {
      provider: answering(accepted),
      system: { log },
      store: {
        saveOperation: async () => {
          if (++tries <= 7) throw new Error('away');
          return 'saved';
        },
      },
    });
    await submitOnce(step, submitting(), () => t0);
    expect(step.slept).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000]);
    expect(step.saved).toMatchObject([{ to: 'running' }]);
    expect(warnings).toHaveLength(7);
    expect(warnings[0]).toMatchObject({ attempt: 'attempt_1', tries: 1 });
  });

  it('that is yes is given up only with the claim', async () => {
    const step = createLoneStep(submitting(), {
      provider: answering(accepted),
      signal: AbortSignal.abort(),
      store: { saveOperation: () => Promise.reject(new Error('away')) },
    });
    await expect(submitOnce(step, submitting(), () => t0)).rejects.toThrow('away');
    expect(step.saved).toEqual([]);
  });

  it.each<[Submission['kind'], Submission, CircuitNews['kind'][]]>([
    ['accepted', accepted, ['clear']],
    ['rejected', { kind: 'rejected', code: 'moderation', message: 'no', raw: null }, ['clear']],
    ['limited', { kind: 'limited', message: 'slow', retryAfterMs: null }, ['clear']],
    ['unsent', { kind: 'unsent', message: 'refused' }, ['trouble']],
    ['unclear', { kind: 'unclear', message: 'reset' }, ['trouble', 'unclear']],
  ])('tells the circuit: %s', async (_kind, outcome, told) => {
    const news: CircuitNews[] = [];
    const step = createLoneStep(submitting(), {
      provider: answering(outcome),
      store: { changeCircuit: async (_provider, one) => news.push(one) > 0 },
    });
    await submitOnce(step, submitting(), () => t0);
    expect(news.map(({ kind }) => kind)).toEqual(told);
    for (const one of news) if (one.kind === 'trouble') expect(one.videoId).toBe('video_1');
    expect(step.calls.includes('saveOperation')).toBe(outcome.kind === 'accepted');
  });

  it('is written down though the claim has run out meanwhile: it is paid for', async () => {
    const step = createLoneStep(submitting(), { provider: answering(accepted), isHeld: () => false });
    expect(await submitOnce(step, submitting(), () => t0)).toBe('saved');
    expect(step.calls).toContain('saveOperation');
    expect(step.saved).toMatchObject([{ to: 'running' }]);
  });

  it('of a resend that is unclear tells nothing new, and saves nothing', async () => {
    const step = createLoneStep(rowIn('unknown'), { provider: answering({ kind: 'unclear', message: 'reset' }) });
    expect(await submitOnce(step, rowIn('unknown'), () => t0)).toBe('unclear');
    expect(step.saved).toEqual([]);
  });
});

describe('a take that was turned away', () => {
  const full: Submission = { kind: 'rejected', code: 'capacity', message: 'full', raw: 'r' };
  const limited = (retryAfterMs: number | null): Submission => ({ kind: 'limited', message: 'slow', retryAfterMs });
  const unsent: Submission = { kind: 'unsent', message: 'refused' };

  it.each<[string, Submission, number, boolean]>([
    ['for want of room', full, 0, true],
    ['for what it asks', { kind: 'rejected', code: 'moderation', message: 'no', raw: null }, 5, false],
    ['for a minute', limited(60_000), 0, true],
    ['for less than a minute', limited(59_999), 0, false],
    ['twice, for a moment', limited(null), 1, false],
    ['three times, for a moment', limited(null), 2, true],
    ['unsent, twice', unsent, 1, false],
    ['unsent, three times', unsent, 2, true],
    ['by silence', { kind: 'unclear', message: 'reset' }, 5, false],
    ['by a yes', accepted, 5, false],
  ])('%s goes elsewhere, where that was allowed, or not', async (_why, outcome, before, goes) => {
    const watch = before > 0 ? { unsent: { count: before, reason: 'x' } } : {};
    const row = rowIn('submitting', { watch });
    const step = createLoneStep(row, { provider: answering(outcome), system: withFallback() });
    expect(await submitOnce(step, row, () => t0)).toBe('saved');
    expect(step.saved.map((move) => move.event?.type === 'fell_back')).toEqual([goes]);
  });

  it('for want of room keeps the answer, and when it was sent', async () => {
    const row = rowIn('submitting');
    const step = createLoneStep(row, { provider: answering(full), system: withFallback() });
    await submitOnce(step, row, () => t0);
    expect(step.saved[0]?.attempt).toMatchObject({ outcome: 'rejected', sentAt: t0, raw: 'r' });
  });

  it('stays while the first sending of it is not known', async () => {
    const row = rowIn('unknown');
    const step = createLoneStep(row, { provider: answering(full), system: withFallback() });
    await submitOnce(step, row, () => t0);
    expect(step.saved[0]?.event?.type).not.toBe('fell_back');
  });
});

describe('a recovery', () => {
  const known = { operation: { id: 'up' }, upstreamId: 'up' };

  it('goes on with a job that was written down, and not saved', async () => {
    const row = rowIn('submitting', known);
    const step = createLoneStep(row);
    await recover(step, row);
    expect(step.saved).toMatchObject([{ to: 'running', event: { type: 'accepted' }, attempt: known }]);
    expect(step.saved[0]?.next?.getTime()).toBeGreaterThan(t0.getTime());
  });

  it('looks at once at a job that the provider called about', async () => {
    for (const state of ['unknown', 'queued', 'failed'] as const) {
      const row = rowIn(state, { ...known, outcome: null });
      const step = createLoneStep(row);
      await recover(step, row);
      expect(step.saved).toMatchObject([{ event: { type: 'adopted' }, next: t0 }]);
    }
  });

  it.each([{}, { operation: { id: 'up' } }, { upstreamId: 'up' }])('knows nothing with %j', async (half) => {
    const row = rowIn('submitting', half);
    const step = createLoneStep(row);
    await recover(step, row);
    expect(step.saved).toMatchObject([{ to: 'unknown', event: { type: 'unclear' }, next: t0 }]);
  });
});
