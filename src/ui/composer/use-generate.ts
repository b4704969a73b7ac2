'use client';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useRef } from 'react';
import { toast } from 'sonner';
import { ApiError, api } from '#ui/api.ts';
import { useStoredFlag } from '#ui/browser/stored.ts';
import { uniqueKey } from '#ui/browser/unique-key.ts';
import { useLiveStore } from '#ui/live/use-live.tsx';
import type { CreateInput } from '#ui/shapes.ts';

/** Sends the draft. The same body after a lost answer carries the same key, so that it is never made twice. */
export function useGenerate() {
  const store = useLiveStore();
  const router = useRouter();
  const [stays] = useStoredFlag('stay');
  const unanswered = useRef<{ body: string; key: string } | null>(null);

  return useMutation({
    mutationFn: async (body: CreateInput) => {
      const text = JSON.stringify(body);
      const key = unanswered.current?.body === text ? unanswered.current.key : uniqueKey();
      unanswered.current = { body: text, key };
      try {
        const answer = await api.create(body, key);
        unanswered.current = null;
        return answer.videos;
      } catch (error) {
        const isLost = error instanceof ApiError && (error.status === 0 || error.status >= 500);
        if (!isLost) unanswered.current = null;
        throw error;
      }
    },
    onSuccess: (videos) => {
      for (const video of videos) store.receive(video);
      const [first] = videos;
      const warnings = [...new Set(videos.flatMap((video) => video.warnings))];
      for (const warning of warnings) toast(warning);
      if (first && videos.length === 1 && !stays) router.push(`/videos/${first.id}`, { scroll: false });
    },
  });
}
