'use client';
import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';
import type { Models, ModelView } from './shapes.ts';

/** The catalogue. Providers name their models a while after the start, so it is asked for again on focus. */
export function useModels() {
  return useQuery<Models>({ queryKey: ['models'], queryFn: ({ signal }) => api.models(signal), staleTime: 30_000 });
}

const none: ModelView[] = [];

/** The models alone, for lines that can do without until they are here. */
export const useModelList = (): readonly ModelView[] => useModels().data?.models ?? none;
