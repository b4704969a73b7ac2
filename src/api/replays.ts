import type { Context } from 'hono';
import { newId } from '#engine/circumstances.ts';
import { hashOf } from '#engine/submit.ts';
import type { Once } from '#engine/system.ts';
import type { Api, Env } from './context.ts';
import { limitCreates } from './creates.ts';
import { ApiError } from './errors.ts';

/** An answer that left us may still be lost on the way: a retry comes within the SDKs' longest wait, 8 s. */
const heardAfterMs = 10_000;
const mostRefusals = 1_000;
/** Tries that we refused, by owner and request: their retries are no sign of a lost answer. */
const refusals = new WeakMap<Api, Set<string>>();

/**
 * Creates what may come again, and makes it once: under its Idempotency-Key as Stripe has it, or by the tries that an
 * OpenAI SDK counts. A client that does neither means each request. `asked` = parsed fields, files as their hashes: the
 * bytes of a form differ on every try.
 */
export async function createOnce<T extends { onceId: string | null; replayed: boolean }>(
  api: Api,
  c: Context<Env>,
  asked: object,
  create: (once: Once | null) => Promise<T>,
): Promise<T> {
  const once = onceOf(api, c, asked);
  const told = once && { ...once, tries: followsRefusal(api, once) ? 0 : once.tries };
  const created = await limitCreates(api, c, () => create(told)).catch((error: unknown) => {
    if (once) remember(api, nameOf(once, once.tries));
    throw error;
  });
  tellReplay(api, c, created);
  return created;
}

function onceOf({ system }: Api, c: Context<Env>, asked: object): Once | null {
  const key = c.req.header('idempotency-key') ?? null;
  const tries = /^\d{1,3}$/.exec(c.req.header('x-stainless-retry-count') ?? '')?.[0];
  if (key === null && tries === undefined) return null;
  if (key !== null && (key === '' || key.length > 255)) {
    throw new ApiError(400, 'invalid_field', 'Idempotency-Key must have 1 to 255 characters', 'Idempotency-Key');
  }
  const fingerprint = hashOf({ path: c.req.path, asked });
  return { id: newId(system, 'once'), ownerId: c.var.who.ownerId, key, fingerprint, tries: Number(tries ?? 0) };
}

const nameOf = ({ ownerId, fingerprint }: Once, tries: number) => `${ownerId} ${fingerprint} ${tries}`;

const followsRefusal = (api: Api, once: Once): boolean =>
  once.tries > 0 && (refusals.get(api)?.delete(nameOf(once, once.tries - 1)) ?? false);

function remember(api: Api, name: string): void {
  const known = refusals.get(api) ?? new Set();
  refusals.set(api, known.add(name));
  for (const oldest of known) {
    if (known.size <= mostRefusals) break;
    known.delete(oldest);
  }
}

/** Says that an answer repeats an earlier one, and writes down when it will have been heard. */
function tellReplay(
  { system: { store, log } }: Api,
  c: Context<Env>,
  { onceId, replayed }: { onceId: string | null; replayed: boolean },
): void {
  if (replayed) c.header('x-dailies-replayed', 'true');
  const { outgoing } = c.env ?? {};
  if (!onceId || !outgoing) return;
  // A connection that is cut before the end gives `close` alone.
  outgoing.once('finish', () => {
    const { statusCode, socket } = outgoing;
    if (statusCode >= 400 || socket?.destroyed) return;
    const heard = () => {
      if (socket?.errored) return;
      store.answered(onceId).catch((err) => log.warn({ err }, 'an answer could not be marked as heard'));
    };
    setTimeout(heard, heardAfterMs).unref();
  });
}
