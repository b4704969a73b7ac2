'use client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '#ui/api.ts';
import { useLiveStore } from './use-live.tsx';
import { type Filter, withKnown } from './video-lists.ts';

const pageSize = 60;

/** The takes under a filter, page by page; the live stream keeps them current. */
export function useVideos(filter: Filter) {
  const store = useLiveStore();
  const query = useInfiniteQuery({
    queryKey: ['videos', filter],
    queryFn: async ({ pageParam, signal }) => {
      const page = await api.videos({ ...filter, after: pageParam, limit: pageSize }, signal);
      const videos = store.latest(page.videos);
      return { ...page, videos: pageParam ? videos : withKnown(videos, store.getLive().view, filter) };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const videos = useMemo(() => query.data?.pages.flatMap((page) => page.videos) ?? [], [query.data]);
  return { ...query, videos };
}
