import type { Claimed } from '#video/video.ts';
import type { Provider, System } from './system.ts';

/** Claims no more than the provider's bucket gives; `waitMs` = the bucket is empty for so long, and more may be due. */
export async function claimWithinRate(
  { store }: Pick<System, 'store'>,
  { id, capabilities }: Pick<Provider, 'id' | 'capabilities'>,
  limit: number,
  claim: (limit: number) => Promise<Claimed[]>,
): Promise<{ rows: Claimed[]; waitMs: number | null }> {
  const { requestsPerMinute } = capabilities;
  if (requestsPerMinute === null) return { rows: await claim(limit), waitMs: null };
  const { granted, nextMs } = await store.takeTokens(id, limit, requestsPerMinute);
  if (granted === 0) return { rows: [], waitMs: nextMs };
  const rows = await claim(granted);
  if (rows.length < granted) await store.giveTokens(id, granted - rows.length);
  return { rows, waitMs: granted < limit && rows.length === granted ? nextMs : null };
}
