'use client';
import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { isPlainKey } from '#ui/browser/plain-key.ts';

/** The takes before and after this one in the order that the studio shows; ← and → go there. */
export function useNeighbours(id: string) {
  const router = useRouter();
  const { data: order = [] } = useQuery<string[]>({
    queryKey: ['shown-order'],
    queryFn: () => [],
    enabled: false,
  });
  const at = order.indexOf(id);
  const before = at > 0 ? order[at - 1] : undefined;
  const after = at >= 0 ? order[at + 1] : undefined;
  const go = (to: string | undefined) => to && router.replace(`/videos/${to}`, { scroll: false });

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!isPlainKey(event) || keepsArrows(event.target)) return;
      const to = event.key === 'ArrowLeft' ? before : event.key === 'ArrowRight' ? after : undefined;
      if (!to) return;
      event.preventDefault();
      router.replace(`/videos/${to}`, { scroll: false });
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [before, after, router]);
  return { before, after, go };
}

/** Where the arrows have a meaning of their own. */
const keepsArrows = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('media-time-range, [role=slider]');
