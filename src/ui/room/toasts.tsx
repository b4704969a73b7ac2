'use client';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { toast } from 'sonner';
import { isOnScreen } from '#ui/browser/on-screen.ts';
import { useLiveStore } from '#ui/live/use-live.tsx';
import type { VideoView } from '#ui/shapes.ts';
import { isSomebodyLooking } from './looking.ts';
import { headline, isNews, NewsCount, newsKey } from './news.ts';

/** A page that comes into view again first finds out what it shows. */
const settleMs = 300;

/**
 * Says what became of takes that are not on screen; takes of one shot share a toast. What happens while no tab is in
 * view is said when this one is.
 */
export function Toasts() {
  const store = useLiveStore();
  const router = useRouter();
  useEffect(() => {
    const counts = new NewsCount();
    let missed: VideoView[] = [];
    let settling: ReturnType<typeof setTimeout> | undefined;

    const tell = (video: VideoView) => {
      const id = newsKey(video);
      if (isOnScreen(video.id)) return;
      const title = headline(video, counts.add(id, video.id));
      if (!title) return;
      const seen = () => counts.seen(id);
      toast(title, {
        id,
        onAutoClose: seen,
        onDismiss: seen,
        description: video.prompt.slice(0, 80),
        action: { label: 'Open', onClick: () => router.push(`/videos/${video.id}`, { scroll: false }) },
      });
    };
    const catchUp = () => {
      clearTimeout(settling);
      if (document.visibilityState !== 'visible') return;
      settling = setTimeout(() => {
        for (const video of missed.splice(0)) tell(video);
      }, settleMs);
    };
    const stop = store.onChange(async (before, after) => {
      if (!isNews(before, after)) return;
      if (document.visibilityState === 'visible') tell(after);
      else if (!(await isSomebodyLooking())) missed = [...missed.filter(({ id }) => id !== after.id), after];
    });
    document.addEventListener('visibilitychange', catchUp);
    return () => {
      stop();
      clearTimeout(settling);
      document.removeEventListener('visibilitychange', catchUp);
    };
  }, [store, router]);
  return null;
}
