'use client';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import { inBrackets, secondTime } from '#ui/cost.ts';
import type { VideoView } from '#ui/shapes.ts';
import { useSession } from '#ui/use-session.ts';
import { useCommand } from './use-commands.ts';

/** A lost answer: what is known, and the four ways to go on. */
export function Decision({ video }: { video: VideoView }) {
  const { data: session } = useSession();
  const command = useCommand(video);
  const [upstreamId, setUpstreamId] = useState<string | null>(null);
  const decide = (body: Parameters<typeof command.mutate>[0] & { name: 'decide' }) => command.mutate(body);
  const choose = (decision: 'keep_looking' | 'send_again' | 'stop_looking') =>
    decide({ name: 'decide', body: { decision } });
  return (
    <section aria-label="Needs your decision" className="grid gap-3 rounded-card border border-line p-4">
      <p className="flex gap-2">
        <TriangleAlert aria-hidden className="mt-1 size-4 shrink-0 text-needs-you" />
        <span>
          <span className="font-medium text-needs-you">Needs you. </span>
          We sent this, but the answer was lost. It may be rendering, and may be billed{inBrackets(video.cost)}.
        </span>
      </p>
      <div className="grid gap-3 sm:gap-1">
        <Choice
          label="Keep looking"
          note={video.search ?? ''}
          kind="primary"
          onClick={() => choose('keep_looking')}
          disabled={command.isPending}
        />
        {session?.user.role === 'admin' && (
          <Choice
            label="I found it at the provider…"
            note="Give us its id there."
            onClick={() => setUpstreamId((id) => (id === null ? '' : null))}
            disabled={command.isPending}
          />
        )}
        {upstreamId !== null && (
          <form
            className="flex gap-2 py-1"
            onSubmit={(event) => {
              event.preventDefault();
              decide({ name: 'decide', body: { decision: 'adopt', upstream_id: upstreamId.trim() } });
            }}
          >
            <input
              value={upstreamId}
              onChange={({ target }) => setUpstreamId(target.value)}
              aria-label="Id at the provider"
              placeholder="video_…"
              className="h-9 min-w-0 flex-1 rounded-control border border-line bg-transparent px-2.5 font-mono text-sm pointer-coarse:h-11"
            />
            <Button type="submit" disabled={!upstreamId.trim() || command.isPending}>
              Use it
            </Button>
          </form>
        )}
        <Choice
          label="Send again"
          note={`May cost ${secondTime(video.cost)}.`}
          onClick={() => choose('send_again')}
          disabled={command.isPending}
        />
        <Choice
          label="Stop looking"
          note="A late clip is still kept."
          onClick={() => choose('stop_looking')}
          disabled={command.isPending}
        />
      </div>
      {command.isError && (
        <p role="alert" className="text-sm text-failed">
          {command.error.message}
        </p>
      )}
    </section>
  );
}

type ChoiceProps = { label: string; note: string; kind?: 'primary'; disabled: boolean; onClick(): void };

function Choice({ label, note, kind, disabled, onClick }: ChoiceProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Button kind={kind ?? 'line'} disabled={disabled} onClick={onClick} className="min-w-52 justify-start">
        {label}
      </Button>
      <span className="text-sm text-soft">{note}</span>
    </div>
  );
}
