'use client';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { toast } from 'sonner';
import { isOnScreen } from '#ui/on-screen.ts';
import { useLiveStore } from '#ui/use-live.tsx';
import { headline, NewsCount, newsKey } from './news.ts';

/** Says what became of takes that are not on screen; takes of one shot share a toast. */
export function Toasts() {
  const store = useLiveStore();
  const router = useRouter();
  useEffect(() => {
    const counts = new NewsCount();
    return store.onChange((_before, after) => {
      if (document.visibilityState !== 'visible' || isOnScreen(after.id)) return;
      const id = newsKey(after);
      const title = headline(after, counts.add(id, after.id));
      if (!title) return;
      const seen = () => counts.seen(id);
      toast(title, {
        id,
        onAutoClose: seen,
        onDismiss: seen,
        description: after.prompt.slice(0, 80),
        action: { label: 'Open', onClick: () => router.push(`/videos/${after.id}`, { scroll: false }) },
      });
    });
  }, [store, router]);
  return null;
}
