'use client';
import { ChevronUp, TriangleAlert } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { cn } from '#ui/class-names.ts';
import { Dial } from '#ui/leader/dial.tsx';
import { useLive } from '#ui/live/use-live.tsx';
import { countUnderWay } from '#ui/live/video-lists.ts';
import { type Phase, phaseOf } from '#ui/phase.ts';
import type { VideoView } from '#ui/shapes.ts';
import { ordinal, rangeLeft } from '#ui/time.ts';
import { NotifyAsk } from './notify-ask.tsx';
import { useNotifyAsk } from './use-notify-ask.ts';

const order: Phase[] = ['needs_you', 'working', 'waiting'];
const shownAtMost = 12;

/** What is under way, on every page: beside it where there is room, at its foot on small screens. */
export function Tray() {
  const { view } = useLive();
  const [isOpen, setOpen] = useState(false);
  const videos = order.flatMap((phase) =>
    [...view.videos.values()].filter((video) => phaseOf(video) === phase).sort(byTurn),
  );
  const shown = videos.slice(0, shownAtMost);
  // The oldest may lie beyond what the stream began with.
  const total = Math.max(videos.length, countUnderWay(view.counts));
  const needsYou = videos.filter((video) => phaseOf(video) === 'needs_you').length;
  const asks = useNotifyAsk(videos);
  return (
    <aside
      aria-label="Under way"
      className={cn(
        'max-lg:fixed max-lg:inset-x-0 max-lg:bottom-0 max-lg:z-30 max-lg:border-t max-lg:border-line max-lg:bg-raised lg:sticky lg:top-6 lg:self-start',
        videos.length === 0 && !asks && 'max-lg:hidden',
      )}
    >
      <h2 className="hidden pb-3 text-sm text-faint lg:block">Under way</h2>
      {videos.length === 0 && <p className="hidden text-sm text-faint lg:block">Nothing is running.</p>}
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className={cn('flex h-12 w-full items-center gap-3 px-4 text-sm lg:hidden', videos.length === 0 && 'hidden')}
      >
        {videos[0] && <MiniLeader video={videos[0]} />}
        <span>{total === 1 ? '1 take under way' : `${total} takes under way`}</span>
        {needsYou > 0 && <span className="text-needs-you">{needsYou} needs you</span>}
        <ChevronUp aria-hidden className={cn('ml-auto size-4 text-faint', isOpen && 'rotate-180')} />
      </button>
      <ul
        className={cn(
          'grid grid-cols-[minmax(0,1fr)] gap-1 max-lg:max-h-[50vh] max-lg:overflow-y-auto max-lg:px-2 max-lg:pb-3',
          !isOpen && 'max-lg:hidden',
        )}
      >
        {shown.map((video) => (
          <li key={video.id}>
            <Line video={video} />
          </li>
        ))}
      </ul>
      {total > shown.length && (
        <p className={cn('px-2 pt-2 font-mono text-sm text-faint', !isOpen && 'max-lg:hidden')}>
          and {total - shown.length} more
        </p>
      )}
      {asks && <NotifyAsk />}
    </aside>
  );
}

/** As they stand in line, else the oldest first. */
const byTurn = (a: VideoView, b: VideoView): number =>
  (a.queue_position ?? 0) - (b.queue_position ?? 0) || a.created_at.localeCompare(b.created_at);

function Line({ video }: { video: VideoView }) {
  const phase = phaseOf(video);
  return (
    <Link
      href={`/videos/${video.id}`}
      scroll={false}
      prefetch={false}
      className="flex items-center gap-3 rounded-control p-2 text-sm transition-colors hover:bg-lifted lg:-mx-2"
    >
      {phase === 'needs_you' ? (
        <TriangleAlert aria-hidden className="size-7 shrink-0 p-1 text-needs-you" />
      ) : (
        <MiniLeader video={video} />
      )}
      <span className="min-w-0 flex-1">
        <span className="block truncate">{video.prompt}</span>
        <span className={cn('block truncate', phase === 'needs_you' ? 'text-needs-you' : 'text-faint')}>
          {under(video, phase)}
        </span>
      </span>
      {phase === 'working' && <span className="font-mono text-soft">{video.progress} %</span>}
    </Link>
  );
}

function MiniLeader({ video }: { video: VideoView }) {
  return (
    <span className="relative size-7 shrink-0 overflow-hidden rounded-full border border-line">
      <Dial aspect={1} percent={phaseOf(video) === 'waiting' ? null : video.progress} />
    </span>
  );
}

function under(video: VideoView, phase: Phase): string {
  if (phase === 'needs_you') return 'Needs you';
  if (phase === 'waiting') return video.queue_position === null ? 'Queued' : `${ordinal(video.queue_position)} in line`;
  return video.eta ? rangeLeft(video.eta) : video.step.text;
}
