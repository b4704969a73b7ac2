'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '#ui/api.ts';
import type { VideoView } from '#ui/shapes.ts';

const keptMs = 10_000;

/** What happened to a video, asked for again whenever something did: the key holds what an event may change. */
export function useTimeline(video: VideoView) {
  return useQuery({
    queryKey: ['timeline', video.id, video.state, video.progress, video.attention?.code, video.receipt.submissions],
    queryFn: ({ signal }) => api.timeline(video.id, signal),
    placeholderData: keepPreviousData,
    gcTime: keptMs,
  });
}
