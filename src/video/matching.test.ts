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
    expect(matches(request, at(100), job('x', 41))).toBe(true);
  });

  it('does not hold against a job what the provider does not tell', () => {
    expect(matches(request, at(0), job('x', 1, { prompt: null, model: null, seconds: null, size: null }))).toBe(true);
    expect(matches(request, at(0), job('x', 1, { seconds: 8 }))).toBe(false);
    expect(matches(request, at(0), job('x', 1, { size: '1x1' }))).toBe(false);
  });

  it('pairs k equal creates and k candidates one to one, in any order of asking', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.infiniteStream(fc.integer({ min: 0, max: 50 })), (k, times) => {
        const attempts = Array.from({ length: k }, (_, i) => lost(`a${i}`, times.next().value ?? 0));
        const jobs = Array.from({ length: k }, (_, i) => job(`x${i}`, times.next().value ?? 0));
        const taken = attempts.map((one) => adopt(one.id, request, attempts, jobs)?.upstreamId);
        expect(new Set(taken).size).toBe(k);
        expect(taken).not.toContain(undefined);
      }),
    );
  });
});
