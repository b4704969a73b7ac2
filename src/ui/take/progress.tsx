'use client';
import { Check, TriangleAlert } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import { cn } from '#ui/class-names.ts';
import { phaseInk, phaseOf, startedAt } from '#ui/phase.ts';
import type { VideoView } from '#ui/shapes.ts';
import { rangeLeft, timecode } from '#ui/time.ts';
import { useNow } from '#ui/use-now.ts';
import { CheckLine } from './check-line.tsx';
import { PriorityChoice } from './priority-choice.tsx';

const steps = ['queued', 'rendering', 'saving', 'ready'] as const;
const speakMs = 10_000;

type Props = { video: VideoView; resting: boolean; onWatch(): void };

/** Under the leader: bar, step in words, elapsed time and range, the four quiet steps. */
export function Progress({ video, resting, onWatch }: Props) {
  const now = useNow(true);
  const phase = phaseOf(video);
  const elapsed = timecode(now - startedAt(video));
  return (
    <div className="grid gap-3">
      <div aria-hidden="true" className="h-1 overflow-hidden rounded-full bg-line">
        <div
          className={cn(
            'h-full origin-left transition-transform duration-200 ease-out',
            phase === 'needs_you' ? 'bg-needs-you' : 'bg-working',
          )}
          style={{ transform: `scaleX(${video.progress / 100})` }}
        />
      </div>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <span className={cn('font-medium', phaseInk[phase])}>{video.step.text}</span>
        <span className="font-mono text-sm text-soft">
          {elapsed}
          {video.eta && ` · ${rangeLeft(video.eta)}`}
          {video.progress_source === 'estimate' && video.state === 'running' && ' · estimated'}
        </span>
      </div>
      <Steps video={video} />
      {video.attention && !video.commands.includes('decide') && <Attention attention={video.attention} />}
      {video.state === 'canceling' && video.cancel.note && <p className="text-sm text-soft">{video.cancel.note}</p>}
      {resting ? (
        <p className="flex flex-wrap items-center gap-3 text-sm text-soft">
          Still going on in the background.
          <Button onClick={onWatch}>Check again</Button>
        </p>
      ) : (
        <p className="text-sm text-soft">You can close this. It goes on in the background.</p>
      )}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        {video.state === 'queued' ? <PriorityChoice video={video} /> : <CheckLine id={video.id} />}
      </div>
      <Spoken text={`${video.step.text}, ${video.progress} %${video.eta ? `, ${rangeLeft(video.eta)}` : ''}`} />
    </div>
  );
}

/** Why it takes so long, or what only a person can mend. */
function Attention({ attention }: { attention: NonNullable<VideoView['attention']> }) {
  if (!attention.needs_person) return <p className="text-sm text-soft">{attention.text}</p>;
  return (
    <p className="flex gap-2">
      <TriangleAlert aria-hidden className="mt-1 size-4 shrink-0 text-needs-you" />
      <span>
        <span className="font-medium text-needs-you">Needs you. </span>
        {attention.text}
      </span>
    </p>
  );
}

function Steps({ video }: { video: VideoView }) {
  const at = steps.indexOf(video.step.key as (typeof steps)[number]);
  return (
    <ol className="flex flex-wrap gap-x-5 gap-y-1 text-sm" aria-label="Steps">
      {steps.map((name, index) => {
        const isDone = index < at || video.state === 'completed';
        return (
          <li
            key={name}
            aria-current={index === at ? 'step' : undefined}
            className={cn('flex items-center gap-1.5', index === at || isDone ? 'text-ink' : 'text-faint')}
          >
            {isDone ? (
              <Check aria-hidden className="size-3.5 text-soft" />
            ) : (
              <span
                aria-hidden
                className={cn('size-1.5 rounded-full', index === at ? 'bg-ink' : 'border border-faint')}
              />
            )}
            {name}
          </li>
        );
      })}
    </ol>
  );
}

/** One polite live region that speaks at most every ten seconds. The end is spoken by the page around it. */
function Spoken({ text }: { text: string }) {
  const [spoken, setSpoken] = useState('');
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => {
    const timer = setInterval(() => setSpoken(latest.current), speakMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <span role="status" className="sr-only">
      {spoken}
    </span>
  );
}
