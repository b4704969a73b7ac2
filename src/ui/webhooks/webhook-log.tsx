'use client';
import Link from 'next/link';
import { Button } from '#ui/base/button.tsx';
import { cn } from '#ui/class-names.ts';
import { age, clock } from '#ui/time.ts';
import { useNow } from '#ui/use-now.ts';
import { useDeliveries, useReplay } from './use-webhooks.ts';
import { deliveryLook, outcomeOf } from './webhook-words.ts';
import type { Delivery } from './webhooks-api.ts';

/** What was sent to one webhook in the last thirty days, newest first. */
export function WebhookLog({ id, canReplay }: { id: string; canReplay: boolean }) {
  const log = useDeliveries(id);
  const replay = useReplay(id);
  const deliveries = log.data?.pages.flatMap((page) => page.deliveries) ?? [];
  if (log.isPending) return <div aria-hidden="true" className="h-24 rounded-card bg-lifted/60" />;
  if (log.isError && deliveries.length === 0) {
    return (
      <p role="alert" className="flex flex-wrap items-center gap-2 text-sm text-failed">
        {log.error.message} <Button onClick={() => log.refetch()}>Try again</Button>
      </p>
    );
  }
  return (
    <section aria-label="Log" className="grid gap-2">
      {deliveries.length === 0 && <p className="text-sm text-soft">Nothing was sent there so far.</p>}
      {replay.isError && (
        <p role="alert" className="text-sm text-failed">
          {replay.error.message}
        </p>
      )}
      <ul className="divide-y divide-line">
        {deliveries.map((delivery) => (
          <Line
            key={delivery.id}
            delivery={delivery}
            onReplay={canReplay ? () => replay.mutate(delivery.id) : null}
            isReplaying={replay.isPending && replay.variables === delivery.id}
          />
        ))}
      </ul>
      {log.hasNextPage && (
        <div>
          <Button onClick={() => log.fetchNextPage()} disabled={log.isFetchingNextPage}>
            {log.isFetchingNextPage ? 'Loading…' : 'Show older'}
          </Button>
        </div>
      )}
    </section>
  );
}

type LineProps = { delivery: Delivery; onReplay: (() => void) | null; isReplaying: boolean };

function Line({ delivery, onReplay, isReplaying }: LineProps) {
  const now = new Date(useNow(delivery.next_try_at !== null));
  const { word, ink, icon: Icon } = deliveryLook(delivery);
  const outcome = outcomeOf(delivery);
  const untilNextMs = delivery.next_try_at ? Date.parse(delivery.next_try_at) - now.getTime() : null;
  return (
    <li className="grid gap-1 py-3 text-sm">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <span className={cn('flex w-28 shrink-0 items-center gap-1.5', ink)}>
          <Icon aria-hidden className="size-3.5 shrink-0" />
          {word}
        </span>
        <span className="font-mono wrap-anywhere">{delivery.type}</span>
        <time dateTime={delivery.at} className="font-mono text-soft tabular-nums">
          {clock(delivery.at, now)}
        </time>
        {delivery.video_id && (
          <Link href={`/videos/${delivery.video_id}`} className="text-soft underline underline-offset-4 hover:text-ink">
            Take
          </Link>
        )}
        {onReplay && (
          <Button kind="bare" className="ml-auto" disabled={isReplaying} onClick={onReplay}>
            Send again
          </Button>
        )}
      </div>
      {(outcome || untilNextMs !== null) && (
        <p className="text-soft wrap-anywhere">
          {[outcome, untilNextMs !== null && `next try ${untilNextMs < 1_000 ? 'now' : `in ${age(untilNextMs)}`}`]
            .filter(Boolean)
            .join(' · ')}
        </p>
      )}
      {delivery.last_answer && (
        <details>
          <summary className="text-soft pointer-coarse:py-3">Its answer</summary>
          <pre className="mt-1 max-h-48 overflow-auto rounded-control border border-line p-2.5 font-mono text-xs whitespace-pre-wrap break-all">
            {delivery.last_answer}
          </pre>
        </details>
      )}
    </li>
  );
}
