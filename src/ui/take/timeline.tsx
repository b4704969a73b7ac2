'use client';
import { actorName } from '#ui/actors.ts';
import { Button } from '#ui/base/button.tsx';
import { useTimeline } from '#ui/live/use-timeline.ts';
import type { TimelineEvent, VideoView } from '#ui/shapes.ts';
import { clock } from '#ui/time.ts';
import { useSession } from '#ui/use-session.ts';

/** Everything that happened to the take, oldest first, as a vertical line. */
export function TimelineView({ video }: { video: VideoView }) {
  const { data, isPending, isError, refetch } = useTimeline(video);
  const { data: session } = useSession();
  const now = new Date();
  return (
    <section aria-label="Timeline">
      <h2 className="mb-3 text-sm text-faint">Timeline</h2>
      {isPending && <div className="h-24 rounded-card bg-lifted/60" />}
      {isError && (
        <p className="flex items-center gap-3 text-sm text-soft">
          The timeline could not be read. <Button onClick={() => refetch()}>Try again</Button>
        </p>
      )}
      <ol className="grid">
        {data?.events.map((event, index) => (
          <Entry
            key={event.id}
            event={event}
            now={now}
            isLast={index === data.events.length - 1}
            ownId={session?.user.id}
          />
        ))}
      </ol>
      {session?.user.role === 'admin' && data && (
        <details className="mt-1 text-sm">
          <summary className="text-faint">Raw data</summary>
          <pre className="mt-2 max-h-96 overflow-auto rounded-control bg-lifted p-3 font-mono break-words whitespace-pre-wrap">
            {JSON.stringify(data.events, null, 2)}
          </pre>
        </details>
      )}
    </section>
  );
}

type EntryProps = { event: TimelineEvent; now: Date; isLast: boolean; ownId: string | undefined };

function Entry({ event, now, isLast, ownId }: EntryProps) {
  return (
    <li className="relative grid grid-cols-[1rem_1fr] gap-x-2 pb-3">
      {!isLast && <span aria-hidden className="absolute top-3 bottom-[-0.5rem] left-[3.5px] w-px bg-line" />}
      <span aria-hidden className="relative mt-1.5 size-2 rounded-full border border-faint bg-raised" />
      <div className="flex min-w-0 flex-wrap items-baseline justify-between gap-x-4 text-sm">
        <span className="min-w-0">{event.text}</span>
        <span className="text-faint">
          {event.actor.type === 'user' && event.actor.id === ownId ? 'you' : actorName(event.actor.type)}
          <time dateTime={event.at} className="pl-3 font-mono">
            {clock(event.at, now)}
          </time>
        </span>
      </div>
    </li>
  );
}
