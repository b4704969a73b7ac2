import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Listed } from './answer.ts';
import { adopt, matches } from './matching.ts';
import { at, claimedIn } from './testing.ts';

const { request } = claimedIn('unknown').attempt;
const job = (id: string, seconds: number, more: Partial<Listed> = {}): Listed => ({
  upstreamId: id,
  operation: { id },
  createdAt: at(seconds),
  prompt: request.prompt,
  model: 'any',
  seconds: 4,
  size: '320x180',
  ...more,
});
const lost = (id: string, seconds: number) => ({ id, sentAt: at(seconds) });

describe('finding a lost create in a listing', () => {
  it('adopts the one job that fits', () => {
    expect(adopt('a', request, [lost('a', 0)], [job('x', 1), job('y', 1, { prompt: 'another' })])?.upstreamId).toBe(
      'x',
    );
  });

  it('proves nothing with more or fewer candidates than lost creates', () => {
    expect(adopt('a', request, [lost('a', 0)], [job('x', 1), job('y', 2)])).toBeNull();
    expect(adopt('a', request, [lost('a', 0), lost('b', 1)], [job('x', 1)])).toBeNull();
    expect(adopt('a', request, [lost('a', 0)], [])).toBeNull();
  });

  it('ignores jobs from long before the sending', () => {
    expect(matches(request, at(100), job('x', 39))).toBe(false);
    expect(matches(request, at(100), job('x', 40))).toBe(true);
  });

  it('does not hold against a job what the provider does not tell', () => {
    expect(matches(request, at(0), job('x', 1, { prompt: null, model: null, seconds: null, size: null }))).toBe(true);
    expect(matches(request, at(0), job('x', 1, { seconds: 8 }))).toBe(false);
    expect(matches(request, at(0), job('x', 1, { size: '1x1' }))).toBe(false);
    const named = { ...request, model: 'm' };
    expect(['m', 'n', null].map((model) => matches(named, at(0), job('x', 1, { model })))).toEqual([true, false, true]);
  });

  it('pairs k equal creates and k candidates by age, in whatever order either is listed to whoever asks', () => {
    const ages = fc.integer({ min: 1, max: 8 }).chain((k) => {
      const some = fc.array(fc.nat(5), { minLength: k, maxLength: k }).map((ages) => ages.sort((a, b) => a - b));
      return fc.tuple(some, some);
    });
    fc.assert(
      fc.property(ages, fc.gen(), ([sent, created], generate) => {
        const attempts = sent.map((seconds, i) => lost(`a${i}`, seconds));
        const jobs = created.map((seconds, i) => job(`x${i}`, seconds));
        const shuffled = <T>(all: T[]): T[] =>
          generate(() => fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }));
        const taken = attempts.map(({ id }) => adopt(id, request, shuffled(attempts), shuffled(jobs))?.upstreamId);
        expect(taken).toEqual(jobs.map(({ upstreamId }) => upstreamId));
      }),
    );
  });

  it('proves nothing for an attempt that is not lost', () => {
    expect(adopt('a', request, [], [])).toBeNull();
    expect(adopt('a', request, [], [job('x', 1)])).toBeNull();
    expect(adopt('a', request, [lost('b', 0)], [job('x', 1)])).toBeNull();
  });
});
