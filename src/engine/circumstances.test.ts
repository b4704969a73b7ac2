import { expect, it } from 'vitest';
import type { Claimed } from '#video/video.ts';
import { stopwatch, timer } from './circumstances.ts';

/** A clock that is set, beside one that sleeps with the machine. */
function twoClocks() {
  const shows = { wallMs: Date.UTC(2026, 0, 1), elapsedMs: 5_000 };
  const clock = { now: () => new Date(shows.wallMs), elapsedMs: () => shows.elapsedMs, sleep: async () => {} };
  return { shows, clock };
}

it('carries the time of the claim on, whatever our clock is set to meanwhile', () => {
  const { shows, clock } = twoClocks();
  const now = stopwatch({ clock }, { at: new Date('2026-11-01T12:00:00Z') } as Claimed);
  shows.wallMs += 10_800_000;
  shows.elapsedMs += 2_000;
  expect(now()).toEqual(new Date('2026-11-01T12:00:02Z'));
});

it('counts at least what either clock saw pass', () => {
  const { shows, clock } = twoClocks();
  const passedMs = timer(clock);
  shows.wallMs -= 10_800_000;
  shows.elapsedMs += 2_000;
  expect(passedMs()).toBe(2_000);
  // The machine slept.
  shows.wallMs += 10_800_000 + 90_000;
  expect(passedMs()).toBe(90_000);
});
