'use client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { ApiError, api } from '#ui/api.ts';
import { isOver } from '#ui/phase.ts';
import type { VideoView } from '#ui/shapes.ts';
import { mergeVideo } from './merge-video.ts';
import { useLiveStore } from './use-live.tsx';

export const pollMs = 5_000;
export const watchMs = 10 * 60_000;

/** How long to wait for the stream before asking; false = ask no more. */
export const nextPollMs = (video: VideoView | undefined, watchedMs: number): number | false =>
  (video && isOver(video)) || watchedMs >= watchMs ? false : pollMs;

/**
 * One video, as it goes. The live stream comes first: each word of it puts the next poll off, so that polls happen only
 * when it is silent for 5 s, and at once on focus. One poll at a time; none after the end, after unmount, or after ten
 * minutes (`resting`: it goes on without us, and `watch()` looks again).
 */
export function useVideo(id: string) {
  const client = useQueryClient();
  const store = useLiveStore();
  const [watchedSince, setWatchedSince] = useState(() => Date.now());
  const [resting, setResting] = useState(false);

  const query = useQuery<VideoView>({
    queryKey: ['video', id],
    queryFn: async ({ signal }) =>
      mergeVideo(client.getQueryData<VideoView>(['video', id]), await api.video(id, signal)),
    initialData: () => store.getLive().view.videos.get(id),
    initialDataUpdatedAt: 0,
    staleTime: pollMs,
    refetchInterval: ({ state }) => nextPollMs(state.data, Date.now() - watchedSince),
    refetchOnWindowFocus: ({ state }) => (state.data && isOver(state.data) ? false : 'always'),
    retry: (failures, error) => !(error instanceof ApiError && error.status === 404) && failures < 2,
  });

  const { data } = query;
  useEffect(() => {
    if (data) store.receive(data);
  }, [data, store]);

  const over = query.data !== undefined && isOver(query.data);
  useEffect(() => {
    if (over) return setResting(false);
    const timer = setTimeout(() => setResting(true), Math.max(0, watchedSince + watchMs - Date.now()));
    return () => clearTimeout(timer);
  }, [over, watchedSince]);

  const { refetch } = query;
  const watch = useCallback(() => {
    setResting(false);
    setWatchedSince(Date.now());
    refetch();
  }, [refetch]);

  return { video: query.data, error: query.error, resting: resting && !over, watch };
}
