'use client';
import { useCallback } from 'react';
import { toast } from 'sonner';
import { api } from '#ui/api.ts';
import { useLiveStore } from '#ui/live/use-live.tsx';
import { isOver } from '#ui/phase.ts';
import type { VideoView } from '#ui/shapes.ts';

const undoMs = 6_000;

/**
 * Deletes a take: it is gone from the screen at once, and from the server when the undo has run out or the page is left.
 * A live take is canceled with it, so its deletion is asked for before (by the caller) and not delayed.
 */
export function useDelete() {
  const store = useLiveStore();
  return useCallback(
    (video: VideoView, leave: () => void) => {
      const send = () => {
        settle();
        api.remove(video.id).catch((error: Error) => {
          store.restore(video);
          toast(`Take ${video.take} was not deleted. ${error.message}`);
        });
      };
      const timer = setTimeout(send, isOver(video) ? undoMs : 0);
      addEventListener('pagehide', send);
      const settle = () => {
        clearTimeout(timer);
        removeEventListener('pagehide', send);
      };
      leave();
      store.remove(video.id);
      if (!isOver(video)) return;
      toast(`Take ${video.take} deleted`, {
        duration: undoMs,
        action: {
          label: 'Undo',
          onClick: () => {
            settle();
            store.restore(video);
          },
        },
      });
    },
    [store],
  );
}
