import { applied, move } from '#video/lifecycle.ts';
import { accepted, afterSubmission, becomeUnknown, intend } from '#video/submission.ts';
import type { Claimed } from '#video/video.ts';
import { circumstances, stopwatch } from './circumstances.ts';
import type { Step } from './step.ts';

const restMs = 15_000;

/**
 * Submits a queued video: the one place where money is spent.
 * 1. While the provider's last two creates were unclear, a free probe has to answer first.
 * 2. The intent is committed before a byte leaves.
 * 3. One POST, no retries, the attempt's id as key.
 * 4. An accepted operation is written at once, unfenced: a lost claim must not lose a paid job.
 * 5. The outcome is saved as a move.
 */
export async function start(step: Step, claimed: Claimed): Promise<void> {
  const { system, provider, save, signal } = step;
  const now = stopwatch(system, claimed);
  if (await system.store.startsStopped(provider.id)) {
    if (!(await provider.probe(signal))) {
      const rest = new Date(now().getTime() + restMs);
      await save(move(claimed, 'queued', { next: null, video: { notBefore: rest } }));
      return;
    }
    await system.store.resumeStarts(provider.id);
  }
  const intent = intend(claimed, now(), provider.capabilities.retentionMs);
  if (!(await save(intent))) return;
  const sent = applied(claimed, intent);
  await submitOnce(step, sent, now);
}

/**
 * Steps 3–5; also the resend of an unknown attempt where the provider deduplicates. `unclear` = that told nothing new, and
 * nothing was saved.
 */
export async function submitOnce(step: Step, claimed: Claimed, now: () => Date): Promise<'saved' | 'unclear'> {
  const { system, provider, save, signal } = step;
  const { attempt } = claimed;
  const outcome = await provider.start(attempt.request, attempt.id, signal);
  await system.store.recordStart(provider.id, outcome.kind === 'unclear');
  if (outcome.kind === 'unclear' && claimed.video.state === 'unknown') return 'unclear';
  if (outcome.kind === 'accepted') {
    const written = await system.store.saveOperation(attempt.id, outcome.operation, outcome.upstreamId);
    if (written === 'taken') {
      await save(becomeUnknown(claimed, "the provider answered with another take's id", now()));
      return 'saved';
    }
  }
  await save(afterSubmission(claimed, outcome, await circumstances(system, claimed, now())));
  return 'saved';
}

/** A claim that died in the middle of a submission: with an operation it runs, without one nobody knows. */
export async function recover(step: Step, claimed: Claimed): Promise<void> {
  const { system, save } = step;
  const { operation, upstreamId } = claimed.attempt;
  const now = stopwatch(system, claimed);
  if (operation && upstreamId) {
    await save(accepted(claimed, operation, upstreamId, await circumstances(system, claimed, now()), 'accepted'));
  } else {
    await save(becomeUnknown(claimed, 'interrupted between sending and the answer', now()));
  }
}
