'use client';
import { Button } from '#ui/base/button.tsx';
import { Sheet } from '#ui/base/sheet.tsx';
import type { VideoView } from '#ui/shapes.ts';
import { isTestPattern } from '#ui/slate.ts';

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
  const isUnsent = video.state === 'queued' && video.receipt.submitted_at === null;
  const isFree = isUnsent || isTestPattern(video);
  return (
    <Sheet title="Cancel this take?" open={open} onOpenChange={onOpenChange}>
      <p className="text-soft">
        {isUnsent
          ? 'It was not sent yet. Nothing is billed.'
          : isFree
            ? 'It stops. Nothing is billed.'
            : 'A provider that cannot stop a take finishes it, and bills it. The clip is then kept, unless you discard it.'}
      </p>
      {error && (
        <p role="alert" className="mt-3 text-sm text-failed">
          {error.message}
        </p>
      )}
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={() => onOpenChange(false)}>Go on</Button>
        {!isFree && (
          <Button disabled={isPending} onClick={() => onCancel(true)}>
            Cancel and discard
          </Button>
        )}
        <Button kind="primary" disabled={isPending} onClick={() => onCancel(false)}>
          {isFree ? 'Cancel the take' : 'Cancel, keep a late clip'}
        </Button>
      </div>
    </Sheet>
  );
}
