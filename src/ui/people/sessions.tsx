'use client';
import { Button } from '#ui/base/button.tsx';
import { day } from '#ui/time.ts';
import { browserName } from './browser-name.ts';
import type { SessionView } from './people-api.ts';
import { useEndSession, useSessions } from './use-people.ts';

/** Where this person is signed in. */
export function Sessions() {
  const sessions = useSessions();
  const end = useEndSession();
  const list = sessions.data?.sessions ?? [];
  return (
    <section aria-labelledby="sessions" className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <h2 id="sessions" className="font-medium">
          Where you are signed in
        </h2>
        {list.length > 1 && (
          <Button disabled={end.isPending} onClick={() => end.mutate(null)}>
            Sign out everywhere else
          </Button>
        )}
      </div>
      {sessions.isError && <p className="text-sm text-failed">{sessions.error.message}</p>}
      <ul className="grid gap-2">
        {list.map((session) => (
          <li
            key={session.id}
            className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 rounded-card border border-line bg-raised px-4 py-3"
          >
            <div className="grid min-w-0 gap-0.5">
              <p>
                {browserName(session.user_agent)}
                {session.current && <span className="ml-2 text-sm text-soft">this one</span>}
              </p>
              <p className="text-sm text-soft wrap-anywhere">{factsOf(session).join(' · ')}</p>
            </div>
            {!session.current && (
              <Button disabled={end.isPending} onClick={() => end.mutate(session.id)}>
                Sign out
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function factsOf({ address, created_at, last_seen_at }: SessionView): string[] {
  const now = Date.now();
  const [from, since, seen] = [address, `since ${day(created_at, now)}`, `last seen ${day(last_seen_at, now)}`];
  return from ? [from, since, seen] : [since, seen];
}
