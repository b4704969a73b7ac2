import type { Submission } from '#video/answer.ts';
import { applied, move } from '#video/lifecycle.ts';
import { accepted, afterSubmission, becomeUnknown, intend } from '#video/submission.ts';
import type { Claimed } from '#video/video.ts';
import { circumstances, stopwatch } from './circumstances.ts';
import { fallBack } from './fall-back.ts';
import { freshHoldOf, isClosedTo, tell } from './holds.ts';
import { ClaimLost } from './lease.ts';
import type { Step } from './step.ts';

/**
 * Submits a queued video: the one place where money is spent.
 * 1. Nothing is sent while the provider's circuit is open, or its last creates were unclear: the take goes to another
 *    provider where that was allowed, else it waits for the next try.
 * 2. The intent is committed before a byte leaves.
 * 3. One POST, no retries, the attempt's id as key, and none once the claim has run out.
 * 4. An accepted operation is written at once, unfenced: a lost claim must not lose a paid job.
 * 5. The outcome is saved as a move.
 */
export async function start(step: Step, claimed: Claimed): Promise<void> {
  const { system, provider, save } = step;
  const now = stopwatch(system, claimed);
  const hold = await freshHoldOf(system, provider.id);
  if (isClosedTo(hold)) {
    if (hold.nextTryAt && (await fallBack(step, claimed, 'the provider does not answer'))) return;
    await save(move(claimed, 'queued', { next: null, video: { notBefore: hold.nextTryAt } }));
    return;
  }
  const { retentionMs, callsBack } = provider.capabilities;
  const callable = callsBack && system.hooks.urlFor(provider.id, claimed.attempt.id) !== null;
  const intent = intend(claimed, now(), { retentionMs, credentialId: provider.credentialId, callable });
  if (!(await save(intent))) return;
  const sent = applied(claimed, intent);
  await submitOnce(step, sent, now);
}

/**
 * Steps 3–5; also the resend of an unknown attempt where the provider deduplicates. `unclear` = that told nothing new, and
 * nothing was saved.
 */
export async function submitOnce(step: Step, claimed: Claimed, now: () => Date): Promise<'saved' | 'unclear'> {
  const { system, provider, save, signal, isHeld } = step;
  const { attempt, video } = claimed;
  const webhookUrl = attempt.watch.webhook ? system.hooks.urlFor(provider.id, attempt.id) : null;
  const outcome = await provider.start(attempt.request, { key: attempt.id, signal, webhookUrl, mayStillSend: isHeld });
  if (outcome.kind === 'unsent' && !isHeld()) throw new ClaimLost(video.id);
  // First of all, since it is paid for: whatever fails after that loses nothing.
  const written = outcome.kind === 'accepted' ? await writeDown(step, attempt.id, outcome) : null;
  await tellCircuit(step, claimed, outcome);
  if (outcome.kind === 'unclear' && video.state === 'unknown') return 'unclear';
  if (written === 'taken') {
    await save(becomeUnknown(claimed, "the provider answered with another take's id", now()));
    return 'saved';
  }
  if (video.state === 'submitting' && (await goesElsewhere(step, claimed, outcome))) return 'saved';
  await save(afterSubmission(claimed, outcome, await circumstances(system, claimed, now())));
  return 'saved';
}

const longestRestMs = 2_000;

/** The only trace of a paid job: tried again for as long as the claim holds, where the store is away just then. */
async function writeDown(
  { system: { store, clock, log }, signal }: Step,
  attemptId: string,
  { operation, upstreamId }: Extract<Submission, { kind: 'accepted' }>,
): Promise<'saved' | 'kept' | 'taken'> {
  for (let tries = 1; ; tries++) {
    try {
      return await store.saveOperation(attemptId, operation, upstreamId);
    } catch (err) {
      if (signal.aborted) throw err;
      log.warn({ attempt: attemptId, tries, err }, 'an accepted job could not be written down so far');
      await clock.sleep(Math.min(longestRestMs, 50 * 2 ** tries), signal);
    }
  }
}

async function tellCircuit({ system, provider }: Step, { video }: Claimed, { kind }: Submission): Promise<void> {
  const silent = kind === 'unclear' || kind === 'unsent';
  if (silent) await tell(system, provider.id, { kind: 'trouble', videoId: video.id });
  if (kind !== 'unsent') await tell(system, provider.id, { kind: kind === 'unclear' ? 'unclear' : 'clear' });
}

const triesBeforeFallback = 3;
const longRestMs = 60_000;

/** Refused before it was accepted: for want of room at once, else after some tries. */
async function goesElsewhere(step: Step, claimed: Claimed, outcome: Submission): Promise<boolean> {
  const tries = (claimed.attempt.watch.unsent?.count ?? 0) + 1;
  switch (outcome.kind) {
    case 'rejected': {
      if (outcome.code !== 'capacity') return false;
      const { message, raw } = outcome;
      return fallBack(step, claimed, message, { sentAt: claimed.attempt.sentAt, raw });
    }
    case 'limited':
      return tries >= triesBeforeFallback || Number(outcome.retryAfterMs) >= longRestMs
        ? fallBack(step, claimed, outcome.message)
        : false;
    case 'unsent':
      return tries >= triesBeforeFallback ? fallBack(step, claimed, outcome.message) : false;
    default:
      return false;
  }
}

/**
 * The job is known without a direct answer to the create: a claim died after writing it down, or the provider called.
 * Without one nobody knows.
 */
export async function recover(step: Step, claimed: Claimed): Promise<void> {
  const { system, save } = step;
  const { operation, upstreamId } = claimed.attempt;
  const now = stopwatch(system, claimed);
  if (operation && upstreamId) {
    const about = await circumstances(system, claimed, now());
    const direct = claimed.video.state === 'submitting';
    const known = accepted(claimed, { operation, upstreamId }, about, direct ? 'accepted' : 'adopted');
    // Who called about it has mostly ended it.
    await save(direct ? known : { ...known, next: about.now });
  } else {
    await save(becomeUnknown(claimed, 'interrupted between sending and the answer', now()));
  }
}
