import type { Context } from 'hono';
import type { Rate } from '#store/people/rate-limits.ts';
import type { Api, Env } from './context.ts';
import { ApiError } from './errors.ts';

/** What a create came to: one clip, or several takes; none where an earlier answer was repeated. */
type Made = { replayed: boolean; ids?: readonly string[] };

/**
 * Lets a key, or a person in the studio, ask for so many clips in a minute. A shot of eight counts eight times, though
 * only the first has to have room: the next one waits the longer.
 */
export async function limitCreates<T extends Made>(api: Api, c: Context<Env>, create: () => Promise<T>): Promise<T> {
  const { who } = c.var;
  const points = who.createsPerMinute ?? api.settings.createsPerMinute;
  if (points === null) return create();
  const rate: Rate = { name: 'creates', points, windowMs: 60_000 };
  const key = `${who.actor.type} ${who.actor.id ?? who.ownerId}`;
  const { granted, left, waitMs } = await api.rateLimits.take(rate, key);
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  const headers = (left: number) => ({
    'x-ratelimit-limit-requests': String(points),
    'x-ratelimit-remaining-requests': String(left),
    'x-ratelimit-reset-requests': `${seconds}s`,
  });
  if (!granted) {
    const message = `at most ${points} clips may be asked for in a minute; come back in ${seconds} seconds`;
    throw new ApiError(429, 'rate_limit_exceeded', message, null, { 'retry-after': String(seconds), ...headers(0) });
  }
  const made = await create();
  const more = made.replayed ? 0 : Math.max(0, (made.ids?.length ?? 1) - 1);
  if (made.replayed) await api.rateLimits.giveBack(rate, key);
  if (more > 0) await api.rateLimits.take(rate, key, more);
  for (const [name, value] of Object.entries(headers(Math.max(0, left - more)))) c.header(name, value);
  return made;
}
