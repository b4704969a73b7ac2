import { createHash } from 'node:crypto';
import type { Delivery, System } from './system.ts';

/** `unverified` = somebody else wrote it, or too long ago; `unknown` = no attempt of ours is meant. */
export type Received = 'taken' | 'unverified' | 'unknown';

const longestId = 200;

/**
 * A call of a provider about one attempt. It is a hint and no verdict: whoever could forge one gains a look.
 * 1. The token names the attempt, the signature the provider.
 * 2. Where the answer to our create was lost, the call brings the missing number of the job.
 * 3. The first time it comes a look is made due. The same call again changes nothing, nor does one after the end.
 */
export async function receiveCall(
  system: System,
  providerId: string,
  token: string,
  delivery: Delivery,
): Promise<Received> {
  const { store, log } = system;
  const attemptId = system.hooks.attemptOf(token);
  const attempt = attemptId && (await store.attempt(attemptId));
  if (!attempt || attempt.provider !== providerId) return 'unknown';
  const provider = system.providers.get(providerId, attempt.credentialId);
  if (!provider?.verifyWebhook) return 'unknown';
  const called = await provider.verifyWebhook(delivery, system.clock.now());
  if (!called) {
    await store.countCall(providerId, 'refused');
    log.warn({ provider: providerId, attempt: attempt.id }, 'a call could not be verified');
    return 'unverified';
  }
  if (attempt.outcome !== null) return 'taken';
  if (called.job && !attempt.operation) {
    const written = await store.saveOperation(attempt.id, called.job.operation, called.job.upstreamId);
    if (written === 'taken') {
      log.warn({ provider: providerId, attempt: attempt.id }, "a call names another take's job");
      return 'taken';
    }
  }
  const { eventId } = called;
  const key = eventId.length > longestId ? createHash('sha256').update(eventId).digest('hex') : eventId;
  const first = await store.takeCall(providerId, key, attempt.id);
  log.info({ provider: providerId, attempt: attempt.id, again: !first }, 'call');
  return 'taken';
}
