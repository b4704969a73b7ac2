import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Delivery } from '#engine/system.ts';
import { parse } from '#providers/answers/reply.ts';
import type { Json } from '#video/video.ts';

const toleranceMs = 300_000;

/**
 * A call signed by Standard Webhooks, not older than five minutes; null = by somebody else, too old, or tampered with.
 * The library signs; it would also compare times, but with the machine's clock and not with ours.
 */
export function readStandardWebhook(
  { headers, body }: Delivery,
  secret: string,
  now: Date,
): { eventId: string; json: Json | undefined } | null {
  const eventId = headers.get('webhook-id');
  const sentAtMs = Number(headers.get('webhook-timestamp')) * 1_000;
  if (!eventId || !(Math.abs(now.getTime() - sentAtMs) <= toleranceMs)) return null;
  const text = Buffer.from(body).toString('utf8');
  const wanted = new Webhook(secret).sign(eventId, new Date(sentAtMs), text);
  const given = (headers.get('webhook-signature') ?? '').split(' ');
  return given.some((signature) => isSame(signature, wanted)) ? { eventId, json: parse(text) } : null;
}

/** What a signing secret looks like: anything else is no secret of theirs. */
export const signingSecret = /^whsec_[A-Za-z0-9+/]{16,}={0,2}$/;

const isSame = (one: string, other: string) =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
