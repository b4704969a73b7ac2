'use client';
import { ChevronLeft, ChevronRight, Maximize2, X } from 'lucide-react';
import { usePathname, useRouter } from 'next/navigation';
import { Dialog as D } from 'radix-ui';
import { useCallback, useEffect, useRef } from 'react';
import { Button } from '#ui/base/button.tsx';
import { useStoredFlag } from '#ui/browser/stored.ts';
import { useVideo } from '#ui/live/use-video.ts';
import { isOver } from '#ui/phase.ts';
import { wantToBeTold } from '#ui/room/use-notify-ask.ts';
import type { VideoView } from '#ui/shapes.ts';
import { TakeMissing, TakeWaiting } from './take-missing.tsx';
import { TakeView } from './take-view.tsx';
import { useNeighbours } from './use-neighbours.ts';

/** A take over the studio. Next keeps a slot's last content, so it is shown only while the address is its own. */
export function TakeModal({ id }: { id: string }) {
  return usePathname() === `/videos/${id}` ? <OpenTake id={id} /> : null;
}

/** Closing it, by any way, cancels nothing. */
function OpenTake({ id }: { id: string }) {
  const router = useRouter();
  const { video, error, resting, watch } = useVideo(id);
  const isUnderWay = video !== undefined && !isOver(video);
  const close = useCallback(() => {
    if (isUnderWay) wantToBeTold();
    router.back();
  }, [router, isUnderWay]);
  const { before, after, go } = useNeighbours(id);
  useCloseWhenReady(video, close);
  return (
    <D.Root open onOpenChange={(open) => !open && close()}>
      <D.Portal>
        <D.Overlay className="appear fixed inset-0 z-40 overflow-y-auto bg-room/80 sm:p-6">
          <D.Content
            aria-describedby={undefined}
            onOpenAutoFocus={(event) => {
              // The take itself has the focus, so that Space plays and does not press the first button.
              event.preventDefault();
              if (event.target instanceof HTMLElement) event.target.focus();
            }}
            className="mx-auto min-h-dvh w-full max-w-6xl border-line bg-raised px-4 pb-8 outline-none sm:min-h-0 sm:rounded-card sm:border sm:px-6"
          >
            <div className="sticky top-0 z-10 -mx-4 mb-2 flex items-center justify-between bg-raised px-4 py-2 sm:static sm:-mx-6 sm:px-6 sm:py-3">
              <D.Title className="font-mono text-sm text-soft">{video ? `TAKE ${video.take}` : 'TAKE'}</D.Title>
              <div className="flex">
                <Button
                  kind="icon"
                  aria-label="Take before"
                  title="Take before (←)"
                  disabled={!before}
                  onClick={() => go(before)}
                >
                  <ChevronLeft aria-hidden className="size-4" />
                </Button>
                <Button
                  kind="icon"
                  aria-label="Take after"
                  title="Take after (→)"
                  disabled={!after}
                  onClick={() => go(after)}
                >
                  <ChevronRight aria-hidden className="size-4" />
                </Button>
                <Button kind="icon" asChild>
                  <a href={`/videos/${id}`} aria-label="Open as a page" title="Open as a page">
                    <Maximize2 aria-hidden className="size-4" />
                  </a>
                </Button>
                <D.Close asChild>
                  <Button kind="icon" aria-label="Close" title="Close (Esc)">
                    <X aria-hidden className="size-4" />
                  </Button>
                </D.Close>
              </div>
            </div>
            {video ? (
              <TakeView
                key={id}
                isModal
                video={video}
                resting={resting}
                onWatch={watch}
                onLeave={close}
                onReuse={close}
              />
            ) : error ? (
              <TakeMissing error={error} onRetry={watch} />
            ) : (
              <TakeWaiting />
            )}
          </D.Content>
        </D.Overlay>
      </D.Portal>
    </D.Root>
  );
}

/** Closes the window at the moment its take becomes ready, where that is wished. */
function useCloseWhenReady(video: VideoView | undefined, close: () => void): void {
  const [closes] = useStoredFlag('close-when-ready');
  const wasRunning = useRef(false);
  useEffect(() => {
    if (!video) return;
    if (wasRunning.current && closes && video.state === 'completed') close();
    wasRunning.current = !isOver(video);
  }, [video, closes, close]);
}
