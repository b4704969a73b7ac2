'use client';
import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { type Fallbacks, type ProviderPut, settingsApi } from './settings-api.ts';

/** Providers, what can be added, and the default. Another admin may change them: asked again on focus. */
export const useProviders = () =>
  useQuery({ queryKey: ['settings', 'providers'], queryFn: ({ signal }) => settingsApi.providers(signal) });

export const useAliases = () =>
  useQuery({ queryKey: ['settings', 'aliases'], queryFn: ({ signal }) => settingsApi.aliases(signal) });

export const useFallbacks = () =>
  useQuery({ queryKey: ['settings', 'fallbacks'], queryFn: ({ signal }) => settingsApi.fallbacks(signal) });

/** Reads again what hangs on the settings: they decide which models there are, and which is the default. */
export function refreshSettings(client: QueryClient): void {
  for (const name of ['settings', 'models', 'session', 'admin']) client.invalidateQueries({ queryKey: [name] });
}

/** A change of the settings; a note of the server is told. */
function useChange<Input, Answer extends { note?: string | null }>(change: (input: Input) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: ({ note }) => note && toast(note),
    onSettled: () => refreshSettings(client),
  });
}

/** Adds a provider, or changes what is given of it. */
export const useSaveProvider = () =>
  useChange(({ id, ...body }: ProviderPut & { id: string }) => settingsApi.putProvider(id, body));
export const useRemoveProvider = (id: string) => useChange((force: boolean) => settingsApi.removeProvider(id, force));
export const useDefaultModel = () => useChange((model: string | null) => settingsApi.putDefaultModel(model));
export const useSaveAliases = () =>
  useChange(async (aliases: Record<string, string>) => ({ ...(await settingsApi.putAliases(aliases)), note: null }));

export const useSaveFallbacks = () =>
  useChange(async (body: Fallbacks) => ({ ...(await settingsApi.putFallbacks(body)), note: null }));

/** Asks the provider something that is free, to see whether the key works. */
export function useTestProvider(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => settingsApi.testProvider(id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['settings', 'providers'] }),
  });
}
