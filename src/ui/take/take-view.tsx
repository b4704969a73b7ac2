'use client';
import Link from 'next/link';
import { useRef } from 'react';
import { Button } from '#ui/base/button.tsx';
import { Checkbox } from '#ui/base/checkbox.tsx';
import { useOnScreen } from '#ui/browser/on-screen.ts';
import { useStoredFlag } from '#ui/browser/stored.ts';
import { ClipGone } from '#ui/leader/clip-gone.tsx';
import { Leader } from '#ui/leader/leader.tsx';
import { isOver, phaseOf } from '#ui/phase.ts';
import { PhaseBadge } from '#ui/phase-badge.tsx';
import type { VideoView } from '#ui/shapes.ts';
import { isTestPattern, slate } from '#ui/slate.ts';
import { useSession } from '#ui/use-session.ts';
import { Actions } from './actions.tsx';
import { Attempts } from './attempts.tsx';
import { Decision } from './decision.tsx';
import { FailureNotice } from './failure-notice.tsx';
import { Player } from './player.tsx';
import { Progress } from './progress.tsx';
import { Prompt } from './prompt.tsx';
import { Receipt } from './receipt.tsx';
import { TimelineView } from './timeline.tsx';

type Props = {
  video: VideoView;
  resting: boolean;
  onWatch(): void;
  /** After a deletion. */
  onLeave(): void;
  onReuse?(): void;
  isModal?: boolean;
};

/** One take: the picture and how far it is on the left, its words, receipt and actions on the right, its story below. */
export function TakeView({ video, resting, onWatch, onLeave, onReuse, isModal }: Props) {
  const root = useRef<HTMLDivElement>(null);
  useOnScreen(video.id, root);
  const phase = phaseOf(video);
  const aspect = video.width / video.height;
  const { shot, price } = slate(video);
  return (
    <div ref={root} className="grid gap-8 lg:grid-cols-[minmax(0,1fr)_22.5rem]">
      <div className="grid content-start gap-4">
        {phase === 'ready' && video.video_url ? (
          <Player video={video} />
        ) : (
          <div className="grid place-items-center rounded-card bg-lifted/40">
            <div style={{ width: `min(100%, calc(70vh * ${aspect}))` }}>
              {phase === 'ready' ? (
                <ClipGone video={video} className="rounded-card border border-line" />
              ) : (
                <Leader video={video} className="rounded-card border border-line" />
              )}
            </div>
          </div>
        )}
        {video.commands.includes('decide') && <Decision video={video} />}
        {!isOver(video) && <Progress video={video} resting={resting} onWatch={onWatch} />}
        {phase === 'ready' && isTestPattern(video) && <ConnectHint />}
        {video.error && phase === 'failed' && <FailureNotice video={video} failure={video.error} />}
        {video.warnings.map((warning) => (
          <p key={warning} className="text-sm text-soft">
            {warning}
          </p>
        ))}
        {isModal && !isOver(video) && <Habits />}
      </div>
      <div className="grid content-start gap-6">
        <div className="grid gap-1">
          <span role="status">
            <PhaseBadge phase={phase} />
          </span>
          <Prompt video={video} onReuse={onReuse} />
        </div>
        <p className="font-mono text-sm text-soft">{[shot, ...(price ? [price] : [])].join(' · ')}</p>
        <Actions video={video} onLeave={onLeave} />
        <Receipt video={video} />
      </div>
      <div className="grid gap-6 lg:col-span-2">
        {video.attempts.length > 1 && <Attempts video={video} />}
        <TimelineView video={video} />
      </div>
    </div>
  );
}

function ConnectHint() {
  const { data: session } = useSession();
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 rounded-card border border-line px-4 py-3">
      <p className="max-w-prose text-soft">
        This shows that everything works. {session?.connected ? 'Choose another model' : 'Connect a provider'} to get
        real pictures.
      </p>
      {session?.user.role === 'admin' && !session.connected && (
        <Button asChild>
          <Link href="/settings/providers">Connect a provider</Link>
        </Button>
      )}
    </div>
  );
}

/** How an open take behaves, asked where it matters. */
function Habits() {
  const [closes, setCloses] = useStoredFlag('close-when-ready');
  const [stays, setStays] = useStoredFlag('stay');
  return (
    <div className="flex flex-wrap gap-x-6 gap-y-1">
      <Checkbox label="Close when ready" checked={closes} onChange={setCloses} />
      <Checkbox label="Stay here next time" checked={stays} onChange={setStays} />
    </div>
  );
}
