import { type FailureCode, failureOf, maxAutomaticAttempts } from './failure.ts';
import { type AttemptPatch, fail, type Move, move } from './lifecycle.ts';
import { backoffMs } from './schedule.ts';
import { type Claimed, isTerminal } from './video.ts';

/**
 * The provider says no. Where another try can help, cost nothing and nobody wished to cancel, the same move closes this
 * attempt and writes the next one: an automatic retry never passes through `failed`.
 */
export function afterRefusal(
  claimed: Claimed,
  refusal: {
    code: FailureCode;
    message: string;
    event: 'failed' | 'rejected';
    settled: AttemptPatch;
    /** By the provider's own bill, where it gives one. */
    costMicroUsd?: number | undefined;
  },
  about: { now: Date; random: number; nextAttemptId: string },
): Move {
  const { video, attempt } = claimed;
  const { code, message, event, settled, costMicroUsd } = refusal;
  const wanted = !costMicroUsd && !video.cancelRequestedAt && !isTerminal(video.state) && video.state !== 'canceling';
  if (wanted && failureOf(code).retriesItself && attempt.n < maxAutomaticAttempts) {
    return move(claimed, 'queued', {
      event: 'retried',
      next: null,
      data: { code, message, automatic: true },
      attempt: settled,
      nextAttempt: { id: about.nextAttemptId, n: attempt.n + 1 },
      video: { notBefore: new Date(about.now.getTime() + backoffMs(attempt.n + 2, about.random)) },
    });
  }
  const actor = { type: 'provider' as const };
  return fail(claimed, code, message, { at: about.now, event, actor, attempt: settled, costMicroUsd });
}
