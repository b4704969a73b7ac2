import { z } from 'zod';
import type { Called, Delivery } from '#engine/system.ts';
import { isReply, type Reply } from '#providers/answers/reply.ts';
import type { NoAnswer } from '#video/answer.ts';
import { readStandardWebhook, signingSecret } from '../standard-webhook.ts';
import { readPrediction } from './wire.ts';

const keepSecretMs = 24 * 3_600_000;
const secretSchema = z.looseObject({ key: z.string().regex(signingSecret) });

/**
 * Checks Replicate's signature by the account's own secret, asked for once a day. Replicate's own helper believes
 * messages of any age, so that an old one could be played again.
 */
export function createVerifier(askForSecret: () => Promise<Reply | NoAnswer>) {
  let known: { secret: string; atMs: number } | null = null;

  async function secretAt(nowMs: number): Promise<string | null> {
    if (known && nowMs - known.atMs < keepSecretMs) return known.secret;
    const reply = await askForSecret();
    const parsed = secretSchema.safeParse(isReply(reply) && reply.status === 200 ? reply.json : null);
    if (parsed.success) known = { secret: parsed.data.key, atMs: nowMs };
    return known?.secret ?? null;
  }

  return async (delivery: Delivery, now: Date): Promise<Called | null> => {
    const secret = await secretAt(now.getTime());
    const called = secret === null ? null : readStandardWebhook(delivery, secret, now);
    if (!called) return null;
    const id = readPrediction(called.json)?.id;
    return { eventId: called.eventId, job: id === undefined ? null : { upstreamId: id, operation: { id } } };
  };
}
