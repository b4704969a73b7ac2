import Link from 'next/link';
import { actorName } from '#ui/actors.ts';
import { clock } from '#ui/time.ts';
import type { AuditEvent } from './admin-api.ts';

const cell = 'px-4 py-2 align-baseline max-md:block max-md:px-0 max-md:py-0';

/** One event a line; on small screens each event is a few lines. */
export function AuditTable({ events }: { events: readonly AuditEvent[] }) {
  const now = new Date();
  return (
    <div className="overflow-hidden rounded-card border border-line bg-raised">
      <table className="w-full text-left text-sm max-md:block">
        <thead className="text-faint max-md:sr-only">
          <tr>
            {['When', 'What', 'Who', 'Take'].map((name) => (
              <th key={name} scope="col" className="border-b border-line px-4 py-2 font-normal">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="max-md:block">
          {events.map((event) => (
            <tr
              key={event.id}
              className="border-line not-first:border-t max-md:grid max-md:grid-cols-[1fr_auto_auto] max-md:items-center max-md:gap-x-4 max-md:gap-y-0.5 max-md:px-4 max-md:py-2.5"
            >
              <td className={`${cell} font-mono whitespace-nowrap text-soft`}>
                <time dateTime={event.at}>{clock(event.at, now)}</time>
              </td>
              <td className={`${cell} w-full max-md:order-last max-md:col-span-3`}>
                {event.text} <span className="font-mono text-faint">{event.type}</span>
              </td>
              <td className={`${cell} whitespace-nowrap text-soft`} title={event.actor.id}>
                {actorName(event.actor.type)}
              </td>
              <td className={`${cell} font-mono whitespace-nowrap`}>
                {event.video_id ? (
                  <Link
                    href={`/videos/${event.video_id}`}
                    scroll={false}
                    prefetch={false}
                    className="underline-offset-4 hover:underline pointer-coarse:inline-block pointer-coarse:py-3"
                    title={event.video_id}
                  >
                    …{event.video_id.slice(-8)}
                  </Link>
                ) : (
                  event.provider
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
