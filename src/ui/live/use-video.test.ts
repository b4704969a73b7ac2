import { expect, test } from 'vitest';
import { readyVideo, sampleVideo } from '#ui/testing.ts';
import { nextPollMs, pollMs, watchMs } from './use-video.ts';

test('a running take is asked about every five seconds', () => {
  expect(nextPollMs(sampleVideo(), 0)).toBe(5_000);
  expect(nextPollMs(undefined, 0)).toBe(pollMs);
});

test('after the end nobody asks', () => {
  expect(nextPollMs(readyVideo(), 0)).toBe(false);
  expect(nextPollMs(sampleVideo({ state: 'failed' }), 0)).toBe(false);
});

test('what needs a person is still asked about: the answer may come by itself', () => {
  expect(nextPollMs(sampleVideo({ state: 'needs_decision' }), 0)).toBe(pollMs);
});

test('after ten minutes polling rests', () => {
  expect(nextPollMs(sampleVideo(), watchMs - 1)).toBe(pollMs);
  expect(nextPollMs(sampleVideo(), watchMs)).toBe(false);
});
