import { createHash } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import type { Api } from '#api/context.ts';
import { ApiError } from '#api/errors.ts';
import type { Rate } from '#store/people/rate-limits.ts';

const minuteMs = 60_000;
export const triesByAddress: Rate = { name: 'tries_address', points: 5, windowMs: minuteMs };
/** From everywhere together: many machines that guess one password. */
export const triesByEmail: Rate = { name: 'tries_email', points: 20, windowMs: 15 * minuteMs };
export const triesByPerson: Rate = { name: 'tries_person', points: 10, windowMs: 15 * minuteMs };

/** Lets only so many tries be wrong. Counted before, so that many at once get no further; one that was right is given back. */
export async function limitTries<T>(
  { rateLimits }: Pick<Api, 'rateLimits'>,
  counted: [rate: Rate, of: string][],
  attempt: () => Promise<T | 'wrong'>,
): Promise<T | 'wrong'> {
  const keys = counted.map(([rate, of]) => [rate, nameOf(of)] as const);
  for (const [rate, key] of keys) {
    const { granted, waitMs } = await rateLimits.take(rate, key);
    if (!granted) throw tooManyTries(waitMs);
  }
  const result = await attempt();
  if (result !== 'wrong') for (const [rate, key] of keys) await rateLimits.giveBack(rate, key);
  return result;
}

function tooManyTries(waitMs: number): ApiError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  const message = `too many tries; wait ${seconds} seconds`;
  return new ApiError(429, 'too_many_tries', message, null, { 'retry-after': String(seconds) });
}

/** Addresses and e-mail addresses of whoever tried are nobody's to read in a table. */
const nameOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** One household has 2^64 addresses of IPv6: they count as one. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4' ? parsed.toString() : parsed.toByteArray().slice(0, 8).join('.');
}
