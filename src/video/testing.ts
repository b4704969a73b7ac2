import type { Circumstances } from './observation.ts';
import type { Attempt, Claimed, State, Video } from './video.ts';

/** Rows for the tests of this room. */
export const t0 = new Date('2026-01-01T00:00:00Z');
export const at = (seconds: number): Date => new Date(t0.getTime() + seconds * 1_000);

export function claimedIn(state: State, video: Partial<Video> = {}, attempt: Partial<Attempt> = {}): Claimed {
  const sent = state !== 'queued';
  const known = ['running', 'overdue', 'storing', 'canceling', 'completed'].includes(state);
  return {
    at: t0,
    video: {
      id: 'video_1',
      ownerId: 'owner',
      shotId: 'shot_1',
      takeNo: 1,
      project: null,
      prompt: 'a red fox in snow',
      model: null,
      resolvedModel: 'p/m',
      provider: 'p',
      seconds: 4,
      size: '320x180',
      seed: null,
      inputs: [],
      settings: {},
      warnings: [],
      priority: 0,
      state,
      progress: 0,
      progressSource: null,
      upstreamQueued: false,
      errorCode: null,
      errorMessage: null,
      remixedFrom: null,
      starredAt: null,
      clipAssetId: state === 'completed' ? 'asset_1' : null,
      checkAt: t0,
      notBefore: null,
      checkedAt: t0,
      claimedUntil: at(30),
      claimSeq: 1,
      woken: false,
      watchedUntil: null,
      deadlineAt: known ? at(900) : null,
      cancelRequestedAt: null,
      createdAt: t0,
      acceptedAt: known ? t0 : null,
      renderingAt: known ? t0 : null,
      completedAt: null,
      hiddenAt: null,
      poisonedAt: null,
      ...video,
    },
    attempt: {
      id: 'attempt_1',
      videoId: 'video_1',
      n: 1,
      provider: 'p',
      request: {
        model: null,
        prompt: 'a red fox in snow',
        seconds: 4,
        size: '320x180',
        seed: null,
        settings: {},
        inputs: [],
      },
      requestHash: 'hash',
      sentAt: sent ? t0 : null,
      operation: known ? { id: 'up_1' } : null,
      upstreamId: known ? 'up_1' : null,
      credentialId: null,
      outcome: state === 'completed' || state === 'storing' ? 'completed' : null,
      error: null,
      checks: 0,
      watchUntil: sent ? at(86_400) : null,
      watch: {},
      raw: null,
      estimateMicroUsd: 400_000,
      costMicroUsd: null,
      costSource: null,
      ...attempt,
    },
  };
}

export const about = (now: Date, more: Partial<Circumstances> = {}): Circumstances => ({
  now,
  typical: { p5: 10_000, p50: 60_000, p90: 120_000 },
  webhook: false,
  fixedMs: null,
  random: 0.5,
  missingCounts: true,
  nextAttemptId: 'attempt_2',
  ...more,
});
