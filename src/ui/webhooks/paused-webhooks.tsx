'use client';
import { useSession } from '#ui/use-session.ts';

/** Somebody's program is told nothing any more, and may wait for ever. */
export function PausedWebhooks() {
  const { data } = useSession();
  if (!data?.paused_webhooks) return null;
  return (
    // Relative: what is only read aloud must not stick out of a list that scrolls.
    <span className="relative ml-1.5 font-mono text-needs-you">
      {data.paused_webhooks}{' '}
      <span className="sr-only">{data.paused_webhooks === 1 ? 'webhook is' : 'webhooks are'} paused</span>
    </span>
  );
}
