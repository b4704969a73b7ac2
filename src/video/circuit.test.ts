import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Circuit, type CircuitChange, changed, closed, isHeld } from './circuit.ts';

const start = Date.UTC(2026, 0, 1);
const at = (ms: number) => new Date(start + ms);
const trouble = (videoId: string, answered = false): CircuitChange => ({ kind: 'trouble', videoId, answered });
/** One change a second. */
const circuitAfter = (...changes: CircuitChange[]): Circuit =>
  changes.reduce((circuit, change, i) => changed(circuit, change, at(i * 1_000)), closed);
const five = ['a', 'b', 'a', 'b', 'c'].map((id) => trouble(id));

describe('a circuit', () => {
  it('opens after five failures in a row of several videos', () => {
    expect(circuitAfter(...five.slice(1))).toMatchObject({ openedAt: null, failures: 4 });
    expect(circuitAfter(...five)).toMatchObject({ openedAt: at(4_000), nextTryAt: at(9_000), trialAt: null });
  });

  it('never opens for a single video, however often that fails', () => {
    expect(circuitAfter(...Array.from({ length: 50 }, () => trouble('a'))).openedAt).toBeNull();
  });

  it('counts anew when another video was answered, and when the last failure is long ago', () => {
    expect(circuitAfter(...five.slice(1), trouble('d', true))).toMatchObject({ failures: 1, openedAt: null });
    expect(changed(circuitAfter(...five.slice(1)), trouble('d'), at(700_000))).toMatchObject({
      failures: 1,
      openedAt: null,
    });
  });

  it('lets one try at a time, each after a longer wait, of a minute at most', () => {
    let circuit = circuitAfter(...five);
    const waits: number[] = [];
    for (let i = 0; i < 7; i++) {
      const now = circuit.nextTryAt ?? at(0);
      expect(changed(circuit, { kind: 'try' }, new Date(now.getTime() - 1))).toBe(circuit);
      circuit = changed(circuit, { kind: 'try' }, now);
      expect(changed(circuit, { kind: 'try' }, now)).toBe(circuit);
      waits.push((circuit.nextTryAt?.getTime() ?? 0) - now.getTime());
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000, 60_000]);
  });

  it('on trial closes with the first answer, and opens again with the first failure, for longer', () => {
    const trial = changed(circuitAfter(...five), { kind: 'trial' }, at(9_000));
    expect(trial.trialAt).toEqual(at(9_000));
    expect(changed(trial, { kind: 'answered' }, at(9_500))).toEqual(closed);
    expect(changed(trial, trouble('a'), at(9_500))).toMatchObject({ trialAt: null, nextTryAt: at(19_500) });
  });

  it('on trial with nothing to try closes at the next free request', () => {
    const trial = changed(circuitAfter(...five), { kind: 'trial' }, at(9_000));
    expect(changed(trial, { kind: 'trial' }, at(20_000))).toEqual(closed);
  });

  it('stops starts alone after two unclear creates; no look lets them go on, a clear create does', () => {
    const stopped = circuitAfter({ kind: 'unclear' }, { kind: 'clear' }, { kind: 'unclear' }, { kind: 'unclear' });
    expect(stopped).toMatchObject({ stoppedAt: at(3_000), openedAt: null });
    expect(changed(stopped, { kind: 'answered' }, at(4_000))).toBe(stopped);
    expect(changed(stopped, { kind: 'clear' }, at(4_000))).toEqual(closed);
    const both = [...five].reduce((circuit, change) => changed(circuit, change, at(5_000)), stopped);
    expect(changed(both, { kind: 'answered' }, at(6_000))).toMatchObject({ openedAt: null, stoppedAt: at(3_000) });
  });

  it('is the very same object where nothing changed, since what changed is written and told', () => {
    const calm = { ...closed };
    for (const kind of ['clear', 'answered', 'try', 'trial'] as const) {
      expect(changed(calm, { kind }, at(0))).toBe(calm);
    }
    expect(changed({ ...closed, nextTryAt: at(0) }, { kind: 'try' }, at(0)).tries).toBe(0);
    for (const one of [trouble('a'), { kind: 'unclear' } as const]) {
      expect(changed(circuitAfter(one), { kind: 'clear' }, at(9))).toEqual(closed);
    }
  });

  it('that is stopped stays so with every further unclear create, and waits longer after a trial', () => {
    const stopped = circuitAfter({ kind: 'unclear' }, { kind: 'unclear' });
    expect(changed(stopped, { kind: 'unclear' }, at(2_000))).toEqual({ ...stopped, unclearStarts: 3 });
    const trial = changed(stopped, { kind: 'trial' }, at(6_000));
    expect(changed(trial, { kind: 'unclear' }, at(7_000))).toMatchObject({
      stoppedAt: at(1_000),
      trialAt: null,
      nextTryAt: at(17_000),
    });
  });

  it('counts what lies ten minutes apart as one row, and nothing further', () => {
    const first = circuitAfter(trouble('a'));
    expect(changed(first, trouble('b'), at(600_000)).failures).toBe(2);
    expect(changed(first, trouble('b'), at(600_001)).failures).toBe(1);
  });

  it('that holds something always has a next try', () => {
    const change = fc.oneof(
      fc.record({
        kind: fc.constant('trouble' as const),
        videoId: fc.constantFrom('a', 'b', 'c'),
        answered: fc.boolean(),
      }),
      fc.record({
        kind: fc.constantFrom(
          'unclear' as const,
          'clear' as const,
          'answered' as const,
          'try' as const,
          'trial' as const,
        ),
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(change, fc.nat(100_000)), { maxLength: 60 }), (steps) => {
        let circuit = closed;
        let ms = 0;
        for (const [one, passed] of steps) {
          ms += passed;
          circuit = changed(circuit, one, at(ms));
          expect(circuit.nextTryAt !== null).toBe(isHeld(circuit));
          if (circuit.trialAt) expect(isHeld(circuit)).toBe(true);
        }
      }),
    );
  });
});
