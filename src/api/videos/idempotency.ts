import { createHash } from 'node:crypto';
import { ApiError } from '#api/errors.ts';

const lifeMs = 24 * 3_600_000;
const most = 10_000;

type Entry<T> = { fingerprint: string; until: number; result: Promise<T> };

/**
 * Idempotency-Key as Stripe has it: the same key and body is answered by the first result, another body under the same
 * key is refused. A failure is forgotten, so that it can be tried again. Known to this process only, for a day.
 */
export function createIdempotency<T>() {
  const entries = new Map<string, Entry<T>>();

  return async (
    ownerId: string,
    key: string | undefined,
    body: object,
    work: () => Promise<T>,
  ): Promise<{ result: T; replayed: boolean }> => {
    if (key === undefined) return { result: await work(), replayed: false };
    if (key === '' || key.length > 255) {
      throw new ApiError(400, 'invalid_field', 'Idempotency-Key must have 1 to 255 characters', 'Idempotency-Key');
    }
    const name = `${ownerId}\n${key}`;
    const fingerprint = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    const known = entries.get(name);
    if (known && known.until > Date.now()) {
      if (known.fingerprint !== fingerprint) throw reused();
      return { result: await known.result, replayed: true };
    }
    const result = work();
    entries.delete(name);
    entries.set(name, { fingerprint, until: Date.now() + lifeMs, result });
    result.catch(() => entries.delete(name));
    for (const oldest of entries.keys()) {
      if (entries.size <= most) break;
      entries.delete(oldest);
    }
    return { result: await result, replayed: false };
  };
}

const reused = () =>
  new ApiError(
    409,
    'idempotency_key_reused',
    'this Idempotency-Key was used with another body',
    'Idempotency-Key',
    // The OpenAI SDK repeats a 409 by itself; here that cannot help.
    { 'x-should-retry': 'false' },
  );
