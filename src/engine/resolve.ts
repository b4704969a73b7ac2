import { move } from '#video/lifecycle.ts';
import { adopt } from '#video/matching.ts';
import { accepted, stillUnknown } from '#video/submission.ts';
import type { Claimed } from '#video/video.ts';
import { circumstances, stopwatch } from './circumstances.ts';
import { submitOnce } from './start.ts';
import type { Step } from './step.ts';

const skewMs = 60_000;
const soonMs = 2_000;

/**
 * Finds out what became of a create whose answer was lost.
 * 1. Where the provider is known to deduplicate: the same bytes under the same key once more; a clear answer is the end.
 * 2. Where an equal request is being sent at this moment: wait for it, or we would take its job.
 * 3. A complete listing, less the jobs that have an owner here.
 * 4. As many candidates as lost creates of this request → ours by age; the provider's id is unique, so a direct
 *    answer that came first wins.
 * 5. A listing without prompts proves less: then no other create may be lost or on the wire there.
 * 6. No proof: look again, and after enough absence ask a person. Absence never sends again.
 */
export async function resolve(step: Step, claimed: Claimed): Promise<void> {
  const { system, provider, save, signal } = step;
  const { attempt, video } = claimed;
  const now = stopwatch(system, claimed);
  const resends = provider.capabilities.deduplicates && video.state === 'unknown';
  if (resends && (await submitOnce(step, claimed, now)) === 'saved') return;
  const about = await circumstances(system, claimed, now());
  const { list } = provider;
  if (!list || !attempt.sentAt) {
    await save(stillUnknown(claimed, about, 'impossible'));
    return;
  }
  const { lost, submitting } = await system.store.lostAttempts(provider.id, attempt.requestHash);
  if (submitting > 0) {
    await save(move(claimed, video.state, { next: new Date(about.now.getTime() + soonMs) }));
    return;
  }
  const oldest = Math.min(...lost.map((one) => one.sentAt?.getTime() ?? Infinity), attempt.sentAt.getTime());
  const listing = await list.call(provider, new Date(oldest - skewMs), signal);
  if (listing.kind !== 'complete') {
    await save(stillUnknown(claimed, about, 'failed'));
    return;
  }
  const owned = await system.store.knownUpstreamIds(
    provider.id,
    listing.jobs.map((job) => job.upstreamId),
  );
  const free = listing.jobs.filter((job) => !owned.has(job.upstreamId));
  const job = adopt(attempt.id, attempt.request, lost, free);
  if (job?.prompt === null && !(await isOurs(step, lost.length))) {
    // No proof, as if there were no match: waiting alone would not bring one, so that a person is asked in time.
    await save(stillUnknown(claimed, { ...about, now: now() }, 'complete'));
    return;
  }
  if (!job || (await system.store.saveOperation(attempt.id, job.operation, job.upstreamId)) === 'taken') {
    await save(stillUnknown(claimed, { ...about, now: now() }, 'complete'));
    return;
  }
  await save(accepted(claimed, job, { ...about, now: now() }, 'adopted'));
}

/** Whether a job of which the provider does not tell the prompt can be of no other create of ours. */
async function isOurs({ system, provider }: Step, lostOfThisRequest: number): Promise<boolean> {
  const { lost, submitting } = await system.store.lostAttempts(provider.id, null);
  return submitting === 0 && lost.length === lostOfThisRequest;
}
