import type { z } from 'zod';
import { ApiError, badField } from '#api/errors.ts';
import type { ProviderChange } from '#engine/stored-settings.ts';
import type { Instance } from '#providers/instance.ts';
import type { Kind } from '#providers/kind.ts';
import type { providerPutSchema } from './wire.ts';

/**
 * What a PUT means for what is stored.
 * 1. The kind is known, and stays what it was.
 * 2. What is not given stays.
 * 3. A key goes nowhere but to the address that it was given for: with a new address it has to be given again.
 */
export function changeOf(
  id: string,
  asked: z.infer<typeof providerPutSchema>,
  instance: Instance | undefined,
  kinds: readonly Kind[],
): ProviderChange {
  const kind = kinds.find((one) => one.kind === asked.kind);
  if (!kind) throw badField('kind', `kind must be one of ${kinds.map((one) => one.kind).join(', ')}`);
  if (instance && instance.kind.kind !== kind.kind) {
    throw new ApiError(409, 'other_kind', `${id} is of kind ${instance.kind.kind}: remove it first`, 'kind');
  }
  if (!instance && kind.kind !== id && kinds.some((one) => one.kind === id)) {
    throw badField('id', `${id} is the name of another kind of provider: take another one`);
  }
  const known = kind.personalities ?? [];
  if (asked.personality && !known.some((one) => one.id === asked.personality)) {
    throw badField('personality', `personality must be one of ${known.map((one) => one.id).join(', ') || 'none'}`);
  }
  const stored = instance?.stored;
  const credential = credentialOf(asked, kind, instance);
  return {
    kind: kind.kind,
    name: asked.name ?? stored?.name ?? null,
    personality: asked.personality === undefined ? (stored?.personality ?? null) : asked.personality,
    slots: asked.slots === undefined ? (stored?.slots ?? null) : asked.slots,
    requestsPerMinute:
      asked.requests_per_minute === undefined ? (stored?.requestsPerMinute ?? null) : asked.requests_per_minute,
    enabled: asked.enabled ?? stored?.enabled ?? true,
    ...(credential && { credential }),
  };
}

function credentialOf(
  { key, base_url: address }: z.infer<typeof providerPutSchema>,
  kind: Kind,
  instance: Instance | undefined,
): ProviderChange['credential'] {
  const inUse = instance?.stored?.credentials.find(({ retiredAt }) => retiredAt === null);
  // The address of a variable is where its key goes, and a stored key may go there too.
  const present = instance?.present?.baseUrl ?? null;
  const baseUrl = address === undefined ? present : address;
  if (kind.needsBaseUrl && baseUrl === null) {
    throw badField('base_url', 'base_url is needed: the address of the server, ending before /videos');
  }
  const moved = baseUrl !== present;
  if (key === undefined && !moved) return undefined;
  if (key === undefined && hasKey(instance)) {
    throw badField('key', 'the key belongs to the present address: give it again for this one, or null for none');
  }
  if (!kind.needsBaseUrl && baseUrl !== null && !key) {
    throw badField('key', `a key is needed for ${kind.label} at another address`);
  }
  if (inUse && inUse.baseUrl === baseUrl && !inUse.unreadable && inUse.key === (key ?? null)) return undefined;
  return { baseUrl, key: key ?? null };
}

const hasKey = (instance: Instance | undefined): boolean =>
  !!instance?.present && (instance.present.key !== null || instance.present.unreadable);
