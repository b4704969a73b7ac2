import type { z } from 'zod';
import type * as wire from '#api/settings/wire.ts';
import { get, send } from '#ui/api.ts';

export type { Aliases, KindView, ProviderSettings, ProvidersSettings, ProviderTest } from '#api/settings/wire.ts';

import type { Aliases, ProvidersSettings, ProviderTest } from '#api/settings/wire.ts';

/** What is given of a provider; `key` goes in and never comes out. */
export type ProviderPut = z.input<typeof wire.providerPutSchema>;
export type ProviderSaved = z.infer<typeof wire.providerSavedSchema>;
export type DefaultModelSaved = z.infer<typeof wire.defaultModelSavedSchema>;
export type Fallbacks = z.infer<typeof wire.fallbacksSchema>;
export type ProviderRemoved = z.infer<typeof wire.providerRemovedSchema>;

const root = '/api/settings';
const providerPath = (id: string) => `${root}/providers/${encodeURIComponent(id)}`;

/** The routes of the settings, for admins. All reject with ApiError. */
export const settingsApi = {
  providers: (signal?: AbortSignal) => get<ProvidersSettings>(`${root}/providers`, signal),
  putProvider: (id: string, body: ProviderPut) => send<ProviderSaved>('PUT', providerPath(id), body),
  /** `force` also where takes of it are open. */
  removeProvider: (id: string, force: boolean) =>
    send<ProviderRemoved>('DELETE', `${providerPath(id)}${force ? '?force=true' : ''}`),
  /** A free request, never a paid one. */
  testProvider: (id: string) => send<ProviderTest>('POST', `${providerPath(id)}/test`, {}),
  putDefaultModel: (model: string | null) => send<DefaultModelSaved>('PUT', `${root}/default-model`, { model }),
  aliases: (signal?: AbortSignal) => get<Aliases>(`${root}/aliases`, signal),
  /** Replaces all that are stored. */
  putAliases: (aliases: Record<string, string>) => send<Aliases>('PUT', `${root}/aliases`, { aliases }),
  fallbacks: (signal?: AbortSignal) => get<Fallbacks>(`${root}/fallbacks`, signal),
  putFallbacks: (body: Fallbacks) => send<Fallbacks>('PUT', `${root}/fallbacks`, body),
};
