'use client';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { toast } from 'sonner';
import { useLiveStore } from '#ui/live/use-live.tsx';
import { useSession } from '#ui/use-session.ts';
import { type AdminCommand, type AuditFilter, adminApi } from './admin-api.ts';

const openMs = 10_000;
const besideMs = 30_000;
/** News come in bursts; each is worth one look, but not at once. */
const newsMs = 1_000;

export const useIsAdmin = (): boolean => useSession().data?.user.role === 'admin';

/** How things stand. `beside` = for the count in the navigation, on pages that show nothing else of it. */
export function useOverview({ beside }: { beside?: boolean } = {}) {
  const isAdmin = useIsAdmin();
  return useQuery({
    queryKey: ['admin', 'overview'],
    queryFn: ({ signal }) => adminApi.overview(signal),
    enabled: isAdmin,
    staleTime: newsMs,
    refetchInterval: beside ? besideMs : openMs,
  });
}

/** What is stuck, oldest first. */
export const useStuck = () =>
  useQuery({
    queryKey: ['admin', 'attention'],
    queryFn: ({ signal }) => adminApi.attention(signal),
    refetchInterval: openMs,
  });

/** What went through in the last hours. */
export const useThroughput = (hours: number) =>
  useQuery({
    queryKey: ['admin', 'throughput', hours],
    queryFn: ({ signal }) => adminApi.throughput(hours, signal),
    refetchInterval: openMs,
    placeholderData: keepPreviousData,
  });

/** The events of everybody that fit, newest first, page by page. */
export const useAudit = (filter: AuditFilter) =>
  useInfiniteQuery({
    queryKey: ['admin', 'audit', filter],
    queryFn: ({ pageParam, signal }) => adminApi.audit(filter, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });

/** Reads the admin's numbers again when a take comes to another state or draws attention. */
export function useAdminNews(): void {
  const store = useLiveStore();
  const client = useQueryClient();
  const isAdmin = useIsAdmin();
  useEffect(() => {
    if (!isAdmin) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = store.onChange(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        client.invalidateQueries({ queryKey: ['admin'] });
      }, newsMs);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [store, client, isAdmin]);
}

/** Gives a take an operator's command, and says what became of it. */
export function useAdminCommand(id: string) {
  const store = useLiveStore();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (command: AdminCommand) => adminApi.command(id, command),
    onSuccess: ({ video, note }) => {
      store.receive(video);
      toast(note ?? `Done: ${video.step.text.toLowerCase()}.`, { description: video.prompt.slice(0, 80) });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['admin'] }),
  });
}

/** Lets a provider get nothing new, or again. */
export function usePause(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (paused: boolean) => adminApi.setPaused(id, paused),
    onSuccess: ({ note }) => note && toast(note),
    onError: (error) => toast(error.message),
    onSettled: () => {
      client.invalidateQueries({ queryKey: ['admin'] });
      client.invalidateQueries({ queryKey: ['settings'] });
    },
  });
}
