'use client';
import { Download, RotateCcw, Star, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { ApiError, contentPath } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { Sheet } from '#ui/base/sheet.tsx';
import { isPlainKey } from '#ui/browser/plain-key.ts';
import { cn } from '#ui/class-names.ts';
import { secondTime } from '#ui/cost.ts';
import { isOver } from '#ui/phase.ts';
import type { VideoView } from '#ui/shapes.ts';
import { CancelSheet } from './cancel-sheet.tsx';
import { type Command, useCommand, useStar } from './use-commands.ts';
import { useDelete } from './use-delete.ts';

/** Everything that can be done with the take now. */
export function Actions({ video, onLeave }: { video: VideoView; onLeave(): void }) {
  const command = useCommand(video);
  const star = useStar(video);
  const remove = useDelete();
  const [asks, setAsks] = useState<'cancel' | 'delete' | 'again' | null>(null);
  const wasRefused = command.error instanceof ApiError && command.error.status === 409;
  useStarKey(() => star.mutate(!video.starred));
  const can = new Set(video.commands);
  const give = (next: Command) =>
    command.mutate(next, {
      onSuccess: () => setAsks(null),
      onError: (error) => {
        if (next.name === 'retry' && error instanceof ApiError && error.status === 409) setAsks('again');
      },
    });
  const ask = (question: typeof asks) => {
    command.reset();
    setAsks(question);
  };
  const mayCost = video.error !== null && video.error.billed !== 'no';
  const retry = () => (mayCost ? ask('again') : give({ name: 'retry', force: false }));

  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap gap-2">
        {video.state === 'completed' && video.video_url && (
          <Button asChild kind="primary">
            <a href={contentPath(video.id)} download={`take-${video.take}-${video.id.slice(-8)}.mp4`}>
              <Download aria-hidden className="size-4" /> Download
            </a>
          </Button>
        )}
        {can.has('collect') && (
          <Button kind="primary" disabled={command.isPending} onClick={() => give({ name: 'collect' })}>
            Collect again
          </Button>
        )}
        {can.has('retry') && !(can.has('collect') && video.error?.code === 'download_failed') && (
          <Button kind={can.has('collect') ? 'line' : 'primary'} disabled={command.isPending} onClick={retry}>
            <RotateCcw aria-hidden className="size-4" /> Retry
          </Button>
        )}
        {can.has('cancel') && !(video.state === 'canceling' && video.cancel.stops) && (
          <Button onClick={() => ask('cancel')}>{video.state === 'canceling' ? 'Keep or discard' : 'Cancel'}</Button>
        )}
        {can.has('reset') && (isOver(video) || video.attention) && (
          <Button
            title="Look at the provider again, from the beginning. Costs nothing."
            disabled={command.isPending}
            onClick={() => give({ name: 'reset' })}
          >
            Reset
          </Button>
        )}
        <Button
          kind="icon"
          aria-pressed={video.starred}
          aria-label={video.starred ? 'Take the star away' : 'Star'}
          title="Star (S)"
          onClick={() => star.mutate(!video.starred)}
        >
          <Star aria-hidden className={cn('size-4', video.starred && 'fill-current text-ink')} />
        </Button>
        {can.has('delete') && (
          <Button
            kind="icon"
            aria-label="Delete"
            title="Delete"
            onClick={() => (isOver(video) ? remove(video, onLeave) : ask('delete'))}
          >
            <Trash2 aria-hidden className="size-4" />
          </Button>
        )}
      </div>
      {command.isError && asks === null && (
        <p role="alert" className="text-sm text-failed">
          {command.error.message}
        </p>
      )}
      <CancelSheet
        video={video}
        open={asks === 'cancel'}
        onOpenChange={(open) => ask(open ? 'cancel' : null)}
        isPending={command.isPending}
        error={command.error}
        onCancel={(discard) => give({ name: 'cancel', discard })}
      />
      <Sheet title="Delete this take?" open={asks === 'delete'} onOpenChange={(open) => ask(open ? 'delete' : null)}>
        <p className="text-soft">
          It is still under way. It is canceled and disappears; what the provider has begun may still be billed.
        </p>
        <div className="mt-5 flex flex-wrap justify-end gap-2">
          <Button onClick={() => ask(null)}>Keep it</Button>
          <Button kind="primary" onClick={() => remove(video, onLeave)}>
            Delete
          </Button>
        </div>
      </Sheet>
      <Sheet title="Send it once more?" open={asks === 'again'} onOpenChange={(open) => ask(open ? 'again' : null)}>
        <p className="text-soft">
          {command.error?.message ??
            `The earlier try may have been billed. Sending it again may cost ${secondTime(video.cost)}.`}
        </p>
        <div className="mt-5 flex flex-wrap justify-end gap-2">
          <Button onClick={() => ask(null)}>Leave it</Button>
          <Button
            kind="primary"
            disabled={command.isPending}
            onClick={() => give({ name: 'retry', force: wasRefused })}
          >
            Send again
          </Button>
        </div>
      </Sheet>
    </div>
  );
}

/** S stars the open take. */
function useStarKey(onStar: () => void): void {
  const star = useRef(onStar);
  star.current = onStar;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === 's' && isPlainKey(event)) star.current();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}
