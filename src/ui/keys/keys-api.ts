import type { z } from 'zod';
import type * as wire from '#api/keys/wire.ts';
import { get, searchOf, send } from '#ui/api.ts';

export type { KeyView, Scope } from '#api/keys/wire.ts';

export type KeyPost = z.input<typeof wire.keyPostSchema>;
export type KeyMade = z.infer<typeof wire.keyMadeSchema>;
type Keys = z.infer<typeof wire.keysSchema>;

/** The routes of API keys. All reject with ApiError. */
export const keysApi = {
  /** One's own, or everybody's for an admin. */
  list: (everybody: boolean, signal?: AbortSignal) =>
    get<Keys>(`/api/keys${searchOf({ owner: everybody ? '*' : undefined })}`, signal),
  create: (body: KeyPost) => send<KeyMade>('POST', '/api/keys', body),
  revoke: (id: string) => send<unknown>('DELETE', `/api/keys/${encodeURIComponent(id)}`),
};
