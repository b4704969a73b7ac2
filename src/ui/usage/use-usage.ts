'use client';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type UsageQuery, usageApi } from './usage-api.ts';

const freshMs = 5_000;

/** What was spent. Asked again on focus, and while the page stands open. */
export const useUsage = (query: UsageQuery) =>
  useQuery({
    queryKey: ['usage', query],
    queryFn: ({ signal }) => usageApi.usage(query, signal),
    staleTime: freshMs,
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
  });

/** One's own caps, and what is left of today's. */
export const useLimits = () =>
  useQuery({ queryKey: ['limits'], queryFn: ({ signal }) => usageApi.limits(signal), staleTime: freshMs });

/** Changes a cap; the answer is how things stand then. */
export function useSetCap() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: usageApi.setCap,
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ['limits'] });
      client.invalidateQueries({ queryKey: ['usage'] });
    },
  });
}
