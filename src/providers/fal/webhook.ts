import { createHash, createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import type { Delivery } from '#engine/system.ts';
import { isReply, type Reply } from '#providers/answers/reply.ts';
import type { NoAnswer } from '#video/answer.ts';

/** As fal's documentation allows: keys may be kept for a day, and clocks differ by five minutes at most. */
const keepKeysMs = 24 * 3_600_000;
const toleranceMs = 300_000;
/** A signature that fits no key may be of a new one: asked again, but not for every forged call. */
const askAgainMs = 60_000;

const keysSchema = z.looseObject({
  keys: z.array(
    z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string().regex(/^[\w-]{43}$/) }),
  ),
});
const headersSchema = z.object({
  requestId: z.string().min(1),
  userId: z.string().min(1),
  timestamp: z.string().regex(/^\d{1,12}$/),
  signature: z.string().regex(/^[0-9a-f]{128}$/i),
});

type Key = ReturnType<typeof createPublicKey>;

/**
 * Checks fal's signature: ed25519 over request id, user id, time and the body's SHA-256, one line each, by the keys that
 * fal publishes. Answers the request id; null = not to be believed.
 */
export function createVerifier(askForKeys: (signal: AbortSignal) => Promise<Reply | NoAnswer>) {
  let known: { keys: Key[]; atMs: number } = { keys: [], atMs: Number.NEGATIVE_INFINITY };

  async function keysNotOlderThan(ageMs: number, nowMs: number, signal: AbortSignal): Promise<Key[]> {
    if (nowMs - known.atMs < ageMs) return known.keys;
    const reply = await askForKeys(signal);
    const parsed = keysSchema.safeParse(isReply(reply) && reply.status === 200 ? reply.json : null);
    if (!parsed.success) return known.keys;
    known = { keys: parsed.data.keys.map((key) => createPublicKey({ key, format: 'jwk' })), atMs: nowMs };
    return known.keys;
  }

  return async ({ headers, body }: Delivery, now: Date, signal: AbortSignal): Promise<string | null> => {
    const header = (name: string) => headers.get(`x-fal-webhook-${name}`);
    const parsed = headersSchema.safeParse({
      requestId: header('request-id'),
      userId: header('user-id'),
      timestamp: header('timestamp'),
      signature: header('signature'),
    });
    if (!parsed.success) return null;
    const { requestId, userId, timestamp, signature } = parsed.data;
    if (Math.abs(now.getTime() - Number(timestamp) * 1_000) > toleranceMs) return null;
    const hash = createHash('sha256').update(body).digest('hex');
    const message = Buffer.from([requestId, userId, timestamp, hash].join('\n'));
    const fits = (key: Key) => verify(null, message, key, Buffer.from(signature, 'hex'));
    for (const ageMs of [keepKeysMs, askAgainMs]) {
      const keys = await keysNotOlderThan(ageMs, now.getTime(), signal);
      if (keys.some(fits)) return requestId;
    }
    return null;
  };
}
