import type { Store } from '#engine/system.ts';
import { canMove, type Move } from '#video/lifecycle.ts';
import { isTerminal } from '#video/video.ts';
import type { Time } from './time.ts';
import type { Upstream } from './upstream.ts';

/** A promise that was broken, in words. */
export class Broken extends Error {
  override name = 'Broken';
  readonly videoId: string;
  constructor(videoId: string, what: string) {
    super(`${videoId}: ${what}`);
    this.videoId = videoId;
  }
}

/** The store that everybody shares, whose every saved move is checked against what must always hold. */
export function watched(store: Store, broken: (error: Broken) => void, owned: (jobId: string) => void): Store {
  const progress = new Map<string, number>();

  function check(move: Move): void {
    const { videoId, from, to, next, keepsClaim } = move;
    const fails = (what: string) => broken(new Broken(videoId, what));
    if (!canMove(from, to)) fails(`moved from ${from} to ${to}`);
    if (isTerminal(from) && from === 'completed' && to !== 'completed') fails(`left completed for ${to}`);
    const looks = isTerminal(to) || to === 'queued' || keepsClaim || next !== null;
    if (!looks) fails(`is ${to}, and nobody will look`);
    if (to === 'completed' && from !== 'completed' && !move.assets.some(({ kind }) => kind === 'clip')) {
      fails('is completed without a file');
    }
    if (to === 'queued') progress.delete(videoId);
    const now = move.video.progress;
    if (now !== undefined && to !== 'queued') {
      if (now < (progress.get(videoId) ?? 0)) fails(`its progress fell to ${now}`);
      if (now > 99 && to !== 'completed') fails(`is at ${now} % before its file is stored`);
      progress.set(videoId, now);
    }
  }

  return {
    ...store,
    async saveMoves(moves) {
      const results = await store.saveMoves(moves);
      results.forEach((result, i) => {
        if (result === 'saved') check(moves[i] as Move);
      });
      return results;
    },
    async saveOperation(attemptId, operation, upstreamId) {
      const result = await store.saveOperation(attemptId, operation, upstreamId);
      if (result === 'saved') owned(upstreamId);
      return result;
    },
    async saveReserving(move, ...rest) {
      const result = await store.saveReserving(move, ...rest);
      if (result === 'saved') check(move);
      return result;
    },
  };
}

/** Every POST, at the moment when it reaches the provider: an older committed `sent_at`, and not two of one attempt. */
export function guard(upstream: Upstream, store: Store, time: Time, broken: (error: Broken) => void): Upstream {
  /** POSTs whose outcome left no proof that nothing was made. */
  const open = new Set<string>();
  return {
    ...upstream,
    create(key, request, webhookUrl, makesJob) {
      const again = open.has(key);
      if (again && !upstream.traits.deduplicates) broken(new Broken(key, 'was sent twice'));
      store.attempt(key).then((attempt) => {
        if (!attempt?.sentAt) broken(new Broken(attempt?.videoId ?? key, 'was sent before that was written down'));
        else if (attempt.sentAt.getTime() > time.nowMs())
          broken(new Broken(attempt.videoId, 'was sent before its time'));
      });
      const job = upstream.create(key, request, webhookUrl, makesJob);
      if (job) open.add(key);
      return job;
    },
  };
}
