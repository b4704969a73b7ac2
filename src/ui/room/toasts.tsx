'use client';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { toast } from 'sonner';
import { isOnScreen } from '#ui/on-screen.ts';
import { type Phase, phaseOf } from '#ui/phase.ts';
import { useLiveStore } from '#ui/use-live.tsx';

const words: Partial<Record<Phase, string>> = { ready: 'is ready', failed: 'failed', needs_you: 'needs you' };

/** Says what became of takes that are not on screen; takes of one shot share a toast. */
export function Toasts() {
  const store = useLiveStore();
  const router = useRouter();
  useEffect(
    () =>
      store.onChange((before, after) => {
        const phase = phaseOf(after);
        const word = words[phase];
        if (!word || phaseOf(before) === phase) return;
        if (document.visibilityState !== 'visible' || isOnScreen(after.id)) return;
        toast(`Take ${after.take} ${word}`, {
          id: `${after.shot_id} ${phase}`,
          description: after.prompt.slice(0, 80),
          action: { label: 'Open', onClick: () => router.push(`/videos/${after.id}`, { scroll: false }) },
        });
      }),
    [store, router],
  );
  return null;
}
