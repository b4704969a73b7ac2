'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from './api.ts';
import type { VideoView } from './shapes.ts';

/** What happened to a video, asked for again whenever something did. */
export function useTimeline(video: VideoView) {
  return useQuery({
    queryKey: ['timeline', video.id, video.state, video.attention?.code, video.receipt.submissions],
    queryFn: ({ signal }) => api.timeline(video.id, signal),
    placeholderData: keepPreviousData,
  });
}
