'use client';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { toast } from 'sonner';
import { isOnScreen } from '#ui/on-screen.ts';
import { type Phase, phaseOf } from '#ui/phase.ts';
import { useLiveStore } from '#ui/use-live.tsx';

const words: Partial<Record<Phase, [one: string, more: string]>> = {
  ready: ['is ready', 'are ready'],
  failed: ['failed', 'failed'],
  needs_you: ['needs you', 'need you'],
};

/** Says what became of takes that are not on screen; takes of one shot share a toast. */
export function Toasts() {
  const store = useLiveStore();
  const router = useRouter();
  useEffect(() => {
    const told = new Map<string, number>();
    return store.onChange((before, after) => {
      const phase = phaseOf(after);
      const word = words[phase];
      if (!word || phaseOf(before) === phase) return;
      if (document.visibilityState !== 'visible' || isOnScreen(after.id)) return;
      const id = `${after.shot_id} ${phase}`;
      const count = (told.get(id) ?? 0) + 1;
      told.set(id, count);
      toast(count === 1 ? `Take ${after.take} ${word[0]}` : `${count} takes ${word[1]}`, {
        id,
        onAutoClose: () => told.delete(id),
        onDismiss: () => told.delete(id),
        description: after.prompt.slice(0, 80),
        action: { label: 'Open', onClick: () => router.push(`/videos/${after.id}`, { scroll: false }) },
      });
    });
  }, [store, router]);
  return null;
}
