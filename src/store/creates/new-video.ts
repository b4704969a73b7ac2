import type { NewVideo } from '#engine/system.ts';
import type { Attempt, Video } from '#video/video.ts';

/** The row and the first attempt of a video that was just asked for. */
export function newVideo(asked: NewVideo): { video: Omit<Video, 'createdAt'>; attempt: Attempt } {
  const { attempt, actor: _actor, data: _data, ...wishes } = asked;
  return {
    video: {
      ...wishes,
      state: 'queued',
      progress: 0,
      progressSource: null,
      upstreamQueued: false,
      errorCode: null,
      errorMessage: null,
      starredAt: null,
      clipAssetId: null,
      checkAt: null,
      notBefore: null,
      checkedAt: null,
      claimedUntil: null,
      claimSeq: 0,
      woken: false,
      watchedUntil: null,
      deadlineAt: null,
      cancelRequestedAt: null,
      poisonedAt: null,
      acceptedAt: null,
      renderingAt: null,
      completedAt: null,
      hiddenAt: null,
    },
    attempt: newAttempt({ ...attempt, videoId: wishes.id, n: 1, provider: wishes.provider }),
  };
}

export function newAttempt(
  frozen: Pick<Attempt, 'id' | 'videoId' | 'n' | 'provider' | 'request' | 'requestHash' | 'estimateMicroUsd'>,
): Attempt {
  return {
    ...frozen,
    sentAt: null,
    operation: null,
    upstreamId: null,
    credentialId: null,
    outcome: null,
    error: null,
    checks: 0,
    watchUntil: null,
    watch: {},
    raw: null,
    costMicroUsd: null,
    costSource: null,
  };
}
