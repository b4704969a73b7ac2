'use client';
import { CircleSlash, CircleX } from 'lucide-react';
import { filePath } from '#ui/api.ts';
import { cn } from '#ui/class-names.ts';
import { type Phase, phaseOf, startedAt } from '#ui/phase.ts';
import type { VideoView } from '#ui/shapes.ts';
import { ordinal, rangeLeft, timecode } from '#ui/time.ts';
import { useNow } from '#ui/use-now.ts';
import { CutDial } from './cut-dial.tsx';
import { Dial } from './dial.tsx';

type Props = { video: VideoView; className?: string; children?: React.ReactNode };

/** The film leader of a take that is not ready, in the clip's aspect ratio. Letters scale with the circle. */
export function Leader({ video, className, children }: Props) {
  const phase = phaseOf(video);
  const aspect = video.width / video.height;
  const [firstFrame] = video.inputs;
  const ended = phase === 'failed' || phase === 'canceled';
  return (
    <div
      {...progressOf(video, phase)}
      className={cn('@container-size relative overflow-hidden bg-raised', className)}
      style={{ aspectRatio: aspect }}
    >
      {firstFrame && (
        // An input may be a clip, or be gone: then there is nothing behind the leader.
        <img
          src={filePath(firstFrame)}
          alt=""
          onError={({ currentTarget }) => {
            currentTarget.hidden = true;
          }}
          className="absolute inset-0 size-full object-cover opacity-25"
        />
      )}
      {ended ? (
        <CutDial aspect={aspect} />
      ) : (
        <Dial
          aspect={aspect}
          percent={phase === 'waiting' ? null : video.progress}
          tone={phase === 'needs_you' ? 'quiet' : 'working'}
          hub={0.62}
        />
      )}
      <div className="absolute inset-0 grid place-items-center p-[6cqmin] text-center">
        {ended ? <Ending video={video} phase={phase} /> : <Count video={video} phase={phase} />}
      </div>
      {children}
    </div>
  );
}

/** What a machine reads of it. */
function progressOf(video: VideoView, phase: Phase) {
  if (phase === 'failed' || phase === 'canceled') return {};
  return {
    role: 'progressbar',
    'aria-label': `Take ${video.take}: ${video.prompt.slice(0, 80)}`,
    'aria-valuemin': 0,
    'aria-valuemax': 100,
    'aria-valuenow': video.progress,
    'aria-valuetext': `${video.step.text}, ${video.progress} %${video.eta ? `, ${rangeLeft(video.eta)}` : ''}`,
  };
}

function Count({ video, phase }: { video: VideoView; phase: Phase }) {
  const now = useNow(true);
  if (phase === 'waiting') {
    return (
      <div className="font-mono text-soft">
        <div className="text-[13cqmin] leading-none">
          {video.queue_position === null ? '–' : ordinal(video.queue_position)}
        </div>
        <div className="mt-[3cqmin] text-[max(11px,4cqmin)] leading-none text-faint">in line</div>
      </div>
    );
  }
  return (
    <div className="font-mono">
      <div className="text-[16cqmin] leading-none tracking-tight">{timecode(now - startedAt(video))}</div>
      <div
        className={cn(
          'mt-[3.5cqmin] text-[max(11px,5cqmin)] leading-none',
          phase === 'needs_you' ? 'text-needs-you' : 'text-soft',
        )}
      >
        {phase === 'needs_you' ? 'Needs you' : `${video.progress} %`}
      </div>
    </div>
  );
}

function Ending({ video, phase }: { video: VideoView; phase: Phase }) {
  const failed = phase === 'failed';
  const Icon = failed ? CircleX : CircleSlash;
  return (
    <div className="flex max-w-full flex-col items-center gap-1.5 text-sm">
      <span className={cn('inline-flex items-center gap-1.5', failed ? 'text-failed' : 'text-faint')}>
        <Icon aria-hidden className="size-4 shrink-0" />
        {failed ? 'Failed' : 'Canceled'}
      </span>
      {failed && video.error && (
        <span className="line-clamp-3 max-w-64 text-soft text-balance @max-[11rem]:hidden">{video.error.happened}</span>
      )}
    </div>
  );
}
