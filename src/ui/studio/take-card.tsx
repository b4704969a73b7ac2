'use client';
import { Star } from 'lucide-react';
import Link from 'next/link';
import { memo, useEffect, useRef, useState } from 'react';
import { contentPath } from '#ui/api.ts';
import { useOnScreen } from '#ui/browser/on-screen.ts';
import { ClipGone } from '#ui/leader/clip-gone.tsx';
import { Leader } from '#ui/leader/leader.tsx';
import { isOver, phaseOf } from '#ui/phase.ts';
import { PhaseBadge } from '#ui/phase-badge.tsx';
import { offerPoster } from '#ui/poster.ts';
import type { VideoView } from '#ui/shapes.ts';
import { isTestPattern, slate } from '#ui/slate.ts';
import { CheckNow } from './check-now.tsx';

const hoverMs = 120;

type Props = { video: VideoView; width: number; height: number };

/** A take in the studio: its picture, or the leader until there is one; below it the prompt and the slate. */
export const TakeCard = memo(function TakeCard({ video, width, height }: Props) {
  const root = useRef<HTMLAnchorElement>(null);
  useOnScreen(video.id, root);
  const { shot, price } = slate(video);
  const phase = phaseOf(video);
  return (
    <div className="group relative shrink-0" style={{ width }}>
      <Link
        ref={root}
        href={`/videos/${video.id}`}
        scroll={false}
        prefetch={false}
        data-take={video.id}
        className="block rounded-card outline-offset-4"
      >
        <div
          className="relative overflow-hidden rounded-card border border-line bg-raised transition-colors group-hover:border-faint"
          style={{ height }}
        >
          {phase !== 'ready' ? (
            <Leader video={video} className="size-full" />
          ) : video.video_url ? (
            <Poster video={video} />
          ) : (
            <ClipGone video={video} className="size-full" />
          )}
          {video.starred && (
            <span className="absolute top-2 right-2 rounded-control bg-room/80 p-1">
              <Star aria-hidden className="size-3.5 fill-current" />
            </span>
          )}
          {isTestPattern(video) && (
            <span className="absolute top-2 left-2 max-w-[calc(100%-1rem)] truncate rounded-[4px] bg-room/80 px-1.5 font-mono text-sm text-soft">
              TEST PATTERN
            </span>
          )}
        </div>
        <div className="truncate pt-2 text-sm" title={video.prompt.slice(0, 400)}>
          {video.prompt.slice(0, 200)}
        </div>
        <div className="flex items-center gap-2 text-sm">
          <PhaseBadge phase={phase} />
          <span className="min-w-0 truncate font-mono text-faint" title={shot}>
            {shot}
          </span>
          {price && <span className="ml-auto shrink-0 font-mono text-faint">{price}</span>}
        </div>
      </Link>
      {!isOver(video) && <CheckNow video={video} pictureHeight={height} />}
    </div>
  );
});

/** The thumbnail; after a moment under the pointer, the clip itself. */
function Poster({ video }: { video: VideoView }) {
  const [plays, setPlays] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const start = () => {
    if (matchMedia('(prefers-reduced-motion: reduce), (hover: none)').matches) return;
    timer.current = setTimeout(() => setPlays(true), hoverMs);
  };
  const stop = () => {
    clearTimeout(timer.current);
    setPlays(false);
  };
  return (
    <div className="absolute inset-0" onPointerEnter={start} onPointerLeave={stop}>
      {video.thumbnail_url ? (
        <img src={contentPath(video.id, 'thumbnail')} alt="" loading="lazy" className="size-full object-cover" />
      ) : (
        <video src={`${contentPath(video.id)}#t=0.1`} preload="metadata" muted className="size-full object-cover" />
      )}
      {plays && (
        <video
          src={contentPath(video.id)}
          autoPlay
          muted
          loop
          playsInline
          onTimeUpdate={({ currentTarget }) => offerPoster(video, currentTarget)}
          className="appear absolute inset-0 size-full object-cover"
        />
      )}
    </div>
  );
}
