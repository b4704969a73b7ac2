'use client';
import { RefreshCw } from 'lucide-react';
import { toast } from 'sonner';
import type { VideoView } from '#ui/shapes.ts';
import { useCheck } from '#ui/take/use-commands.ts';

/** On a card under the pointer or with the focus: looks at the provider now. Fingers find it in the open take. */
export function CheckNow({ video, pictureHeight }: { video: VideoView; pictureHeight: number }) {
  const check = useCheck(video.id);
  const look = () =>
    check.mutate(undefined, {
      onSuccess: ({ note }) => toast(note ?? 'Looked just now.', { id: `check ${video.id}` }),
      onError: (error) => toast(error.message, { id: `check ${video.id}` }),
    });
  return (
    <button
      type="button"
      disabled={check.isPending}
      onClick={look}
      aria-label={`Check now: take ${video.take}, ${video.prompt.slice(0, 60)}`}
      style={{ top: pictureHeight - 36 }}
      className="absolute right-2 inline-flex h-7 items-center gap-1.5 rounded-control border border-line bg-room/90 px-2 text-sm text-soft opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 hover:text-ink pointer-coarse:hidden"
    >
      <RefreshCw aria-hidden className="size-3.5" />
      {check.isPending ? 'Checking…' : 'Check now'}
    </button>
  );
}
