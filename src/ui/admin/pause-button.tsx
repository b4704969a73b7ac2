'use client';
import { Pause, Play } from 'lucide-react';
import { Button } from '#ui/base/button.tsx';
import { usePause } from './use-admin.ts';

/** Lets nothing be sent to a provider, or again. */
export function PauseButton({ id, isPaused }: { id: string; isPaused: boolean }) {
  const pause = usePause(id);
  const Icon = isPaused ? Play : Pause;
  return (
    <Button
      disabled={pause.isPending}
      onClick={() => pause.mutate(!isPaused)}
      aria-label={`${isPaused ? 'Resume' : 'Pause'} ${id}`}
      title={isPaused ? 'Send to it again' : 'Send nothing to it; what runs is watched'}
    >
      <Icon aria-hidden className="size-3.5" />
      {isPaused ? 'Resume' : 'Pause'}
    </Button>
  );
}
