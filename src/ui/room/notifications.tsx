'use client';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { useLiveStore } from '#ui/live/use-live.tsx';
import { canNotify } from './can-notify.ts';
import { isSomebodyLooking, noteLooking } from './looking.ts';
import { headline, isNews, NewsCount, newsKey } from './news.ts';

/** Tells by the browser what became of takes while no tab is in view. One tab tells: the one that listens for all. */
export function Notifications() {
  const store = useLiveStore();
  const router = useRouter();
  useEffect(() => noteLooking(), []);
  useEffect(() => {
    if (!canNotify()) return;
    const counts = new NewsCount();
    const forget = () => document.visibilityState === 'visible' && counts.allSeen();
    document.addEventListener('visibilitychange', forget);
    const stop = store.onChange(async (before, after) => {
      if (
        !isNews(before, after) ||
        !store.leads ||
        Notification.permission !== 'granted' ||
        (await isSomebodyLooking())
      )
        return;
      const tag = newsKey(after);
      const title = headline(after, counts.add(tag, after.id));
      if (!title) return;
      const notification = new Notification(title, { tag, body: after.prompt.slice(0, 120), icon: '/icon.svg' });
      notification.onclick = () => {
        window.focus();
        router.push(`/videos/${after.id}`, { scroll: false });
        notification.close();
      };
    });
    return () => {
      stop();
      document.removeEventListener('visibilitychange', forget);
    };
  }, [store, router]);
  return null;
}
