'use client';
import { Button } from '#ui/base/button.tsx';
import { Sheet } from '#ui/base/sheet.tsx';
import type { VideoView } from '#ui/shapes.ts';
import { cancelSentence } from './cancel-words.ts';

type Props = {
  video: VideoView;
  open: boolean;
  onOpenChange(open: boolean): void;
  isPending: boolean;
  error: Error | null;
  onCancel(discard: boolean): void;
};

/** What canceling does, and what it costs, before it is done. */
export function CancelSheet({ video, open, onOpenChange, isPending, error, onCancel }: Props) {
  const { stops } = video.cancel;
  return (
    <Sheet
      title={video.state === 'canceling' ? 'When it arrives' : 'Cancel this take?'}
      open={open}
      onOpenChange={onOpenChange}
    >
      <p className="text-soft">{cancelSentence(video)}</p>
      {error && (
        <p role="alert" className="mt-3 text-sm text-failed">
          {error.message}
        </p>
      )}
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={() => onOpenChange(false)}>Go on</Button>
        {!stops && (
          <Button disabled={isPending} onClick={() => onCancel(true)}>
            Discard it when it arrives
          </Button>
        )}
        <Button kind="primary" disabled={isPending} onClick={() => onCancel(false)}>
          {stops ? 'Cancel the take' : 'Keep the clip'}
        </Button>
      </div>
    </Sheet>
  );
}
