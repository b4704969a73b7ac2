import { describe, expect, it } from 'vitest';
import { afterDownloadFailure, afterShortRun, type DownloadFailure, isFailingToCopy, stored } from './collection.ts';
import { applied } from './lifecycle.ts';
import { at, claimedIn, t0 } from './testing.ts';
import type { Asset, Claimed } from './video.ts';

const asset = (kind: Asset['kind']): Asset => ({
  id: `asset_${kind}`,
  videoId: 'video_1',
  attemptId: 'attempt_1',
  kind,
  key: `video_1/attempt_1/${kind}`,
  contentType: 'video/mp4',
  bytes: 7,
  sha256: 'abc',
  width: 320,
  height: 180,
  durationMs: 4_000,
});
const tried = (count: number, reason = 'reset'): Claimed =>
  claimedIn('storing', { progress: 99 }, { watch: { webhook: true, downloads: { count, reason } } });
const failure = (reason: DownloadFailure['reason'], more: Partial<DownloadFailure> = {}): DownloadFailure => ({
  reason,
  message: 'reset',
  retryAfterMs: null,
  ...more,
});

describe('a clip that is here', () => {
  it('completes its take, whatever else came with it', () => {
    expect(stored(tried(2), [asset('thumbnail'), asset('clip')], at(9))).toMatchObject({
      to: 'completed',
      next: null,
      event: { type: 'stored', data: { bytes: 7, sha256: 'abc' } },
      assets: [{ kind: 'thumbnail' }, { kind: 'clip' }],
      attempt: { watch: { webhook: true } },
      video: { progress: 100, clipAssetId: 'asset_clip', completedAt: at(9) },
    });
    expect(stored(tried(2), [asset('clip')], at(9)).attempt.watch).toEqual({ webhook: true });
  });

  it('is not replaced by a picture of it', () => {
    expect(() => stored(tried(0), [asset('thumbnail')], at(9))).toThrow('only with its clip');
  });
});

describe('a copy that broke off', () => {
  const rest = (count: number, more: Partial<DownloadFailure> = {}, random = 0.5) => {
    const step = afterDownloadFailure(tried(count), failure('transient', more), at(9), random);
    return ((step.next?.getTime() ?? 0) - at(9).getTime()) / 1_000;
  };

  it('is tried again after a backoff, and after many tries every five minutes', () => {
    expect([0, 1, 2, 6].map((count) => rest(count))).toEqual([2, 4, 8, 60]);
    expect([7, 8, 100].map((count) => rest(count))).toEqual([300, 300, 300]);
    expect([0, 1].map((random) => Math.round(rest(7, {}, random)))).toEqual([270, 330]);
    expect(rest(7, { retryAfterMs: 3_600_000 })).toBe(3_600);
    expect(rest(0, { retryAfterMs: 3_600_000 })).toBe(3_600);
  });

  it('counts the tries and keeps the reason', () => {
    const first = afterDownloadFailure(claimedIn('storing'), failure('transient'), at(9), 0.5);
    expect(first).toMatchObject({
      to: 'storing',
      event: { type: 'download_failed', data: { message: 'reset', tries: 1 } },
      attempt: { checks: 1, watch: { downloads: { count: 1, reason: 'reset' } } },
    });
    const second = afterDownloadFailure(tried(1), failure('transient', { message: 'cut' }), at(9), 0.5);
    expect(second.attempt.watch).toEqual({ webhook: true, downloads: { count: 2, reason: 'cut' } });
  });

  it('is told at first, and later only where the reason is another', () => {
    const told = (count: number, message = 'reset') =>
      afterDownloadFailure(tried(count), failure('transient', { message }), at(9), 0.5).event?.type;
    expect([0, 7].map((count) => told(count))).toEqual(['download_failed', 'download_failed']);
    expect(told(8)).toBeUndefined();
    expect(told(8, 'another')).toBe('download_failed');
  });

  it('worries a person after eight tries', () => {
    expect([7, 8].map((count) => isFailingToCopy(tried(count).attempt))).toEqual([false, true]);
    expect(isFailingToCopy(claimedIn('storing').attempt)).toBe(false);
  });
});

describe('a copy that is over', () => {
  it('is the one of a file that the provider no longer has', () => {
    expect(afterDownloadFailure(tried(0), failure('gone'), at(9), 0.5)).toMatchObject({
      to: 'failed',
      event: { data: { message: 'reset', tries: 1 } },
      video: { errorCode: 'expired', errorMessage: 'reset', completedAt: at(9) },
      attempt: { checks: 1, outcome: 'completed', error: 'reset', watch: { downloads: { count: 1 } } },
    });
  });

  it('is that of no clip at all, after eight tries', () => {
    const over = (count: number) => afterDownloadFailure(tried(count), failure('not_media'), at(9), 0.5);
    expect(over(6).to).toBe('storing');
    expect(over(7)).toMatchObject({
      to: 'failed',
      event: { data: { message: 'reset', tries: 8 } },
      video: { errorCode: 'download_failed', errorMessage: 'reset', completedAt: at(9) },
      attempt: { checks: 1, outcome: 'completed', error: 'reset', watch: { downloads: { count: 8 } } },
    });
    // What is no clip today may be one tomorrow, as long as few were seen.
    expect(afterDownloadFailure(tried(0), failure('not_media'), at(90_000), 0.5).to).toBe('storing');
  });

  it('is any other with the end of our looking, where there is one', () => {
    const at24 = (now: Date, watchUntil: Date | null) => {
      const row = claimedIn('storing', {}, { watchUntil });
      return afterDownloadFailure(row, failure('transient'), now, 0.5).to;
    };
    expect(at24(at(99), at(100))).toBe('storing');
    expect(at24(at(100), at(100))).toBe('failed');
    expect(at24(at(100), null)).toBe('storing');
  });
});

describe('a copy that one run is too short for', () => {
  it('goes on at once where its provider gives parts', () => {
    expect(afterShortRun(tried(3), true, at(9))).toMatchObject({
      to: 'storing',
      event: null,
      next: at(9),
      attempt: { checks: 1, watch: { downloads: { count: 3 } } },
    });
  });

  it('is told once to a person where not, and tried sparsely', () => {
    const first = afterShortRun(claimedIn('storing'), false, t0);
    const message = expect.stringContaining('needs a worker');
    expect(first).toMatchObject({
      to: 'storing',
      event: { type: 'download_failed', data: { message } },
      next: at(300),
    });
    const row = applied(claimedIn('storing'), first);
    expect(isFailingToCopy(row.attempt)).toBe(true);
    expect(row.attempt.watch.downloads?.count).toBe(8);
    const second = afterShortRun(row, false, t0);
    expect(second.event).toBeNull();
    expect(second.attempt).toMatchObject({ checks: 2, watch: { downloads: { count: 9 } } });
  });
});
