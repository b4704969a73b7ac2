import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readyVideo, sampleVideo } from '#ui/testing.ts';
import { mergeVideo } from './merge-video.ts';

test('progress never goes back while a take renders, in whatever order its news come', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1 }), (percents) => {
      let shown = sampleVideo({ progress: 0 });
      for (const progress of percents) {
        const next = mergeVideo(shown, sampleVideo({ progress }));
        expect(next.progress).toBeGreaterThanOrEqual(shown.progress);
        shown = next;
      }
      expect(shown.progress).toBe(Math.max(...percents));
    }),
  );
});

test('an old answer that comes late does not take a stored clip away', () => {
  expect(mergeVideo(readyVideo(), sampleVideo({ progress: 60 })).state).toBe('completed');
});

test('a stored clip still changes: it can be starred', () => {
  expect(mergeVideo(readyVideo(), readyVideo({ starred: true })).starred).toBe(true);
});

test('a new try begins at its own percent', () => {
  const failed = sampleVideo({ state: 'failed', status: 'failed', progress: 80 });
  expect(mergeVideo(failed, sampleVideo({ state: 'queued', progress: 0 })).progress).toBe(0);
  const running = sampleVideo({ progress: 80 });
  const second = sampleVideo({ progress: 5, receipt: { ...running.receipt, submissions: 2 } });
  expect(mergeVideo(running, second).progress).toBe(5);
});

test('a failure is shown as it is', () => {
  const failed = sampleVideo({ state: 'failed', status: 'failed', progress: 12 });
  expect(mergeVideo(sampleVideo({ progress: 80 }), failed)).toBe(failed);
});
