'use client';
import { type RefObject, useEffect } from 'react';

const onScreen = new Map<string, number>();

/** Whether somebody can see this take right now: no toast is needed for it then. */
export const isOnScreen = (id: string): boolean => document.visibilityState === 'visible' && onScreen.has(id);

function count(id: string, by: 1 | -1): void {
  const left = (onScreen.get(id) ?? 0) + by;
  if (left > 0) onScreen.set(id, left);
  else onScreen.delete(id);
}

/** Notes that the element, which shows the take, is in view. */
export function useOnScreen(id: string, element: RefObject<Element | null>): void {
  useEffect(() => {
    if (!element.current) return;
    let visible = false;
    const set = (now: boolean) => {
      if (now !== visible) count(id, now ? 1 : -1);
      visible = now;
    };
    const observer = new IntersectionObserver((entries) => set(entries.at(-1)?.isIntersecting ?? false));
    observer.observe(element.current);
    return () => {
      observer.disconnect();
      set(false);
    };
  }, [id, element]);
}
