'use client';
import { ArrowLeft } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { Button } from '#ui/base/button.tsx';
import { useVideo } from '#ui/live/use-video.ts';
import { TakeMissing, TakeWaiting } from './take-missing.tsx';
import { TakeView } from './take-view.tsx';

/** The take as a page of its own. */
export function TakePage({ id }: { id: string }) {
  const router = useRouter();
  const { video, error, resting, watch } = useVideo(id);
  return (
    <div className="grid gap-3">
      <div className="flex items-center gap-2">
        <Button kind="bare" asChild className="-ml-2.5">
          <Link href="/">
            <ArrowLeft aria-hidden className="size-4" /> Studio
          </Link>
        </Button>
        <h1 className="font-mono text-sm text-soft">{video ? `TAKE ${video.take}` : 'TAKE'}</h1>
      </div>
      {video ? (
        <TakeView key={id} video={video} resting={resting} onWatch={watch} onLeave={() => router.push('/')} />
      ) : error ? (
        <TakeMissing error={error} onRetry={watch} />
      ) : (
        <TakeWaiting />
      )}
    </div>
  );
}
