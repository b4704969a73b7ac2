'use client';
import { useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useEffect, useRef, useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import { Notice } from '#ui/base/notice.tsx';
import { Composer } from '#ui/composer/composer.tsx';
import { examplePrompt, reuse } from '#ui/composer/draft.ts';
import { Dial } from '#ui/leader/dial.tsx';
import { useLive } from '#ui/live/use-live.tsx';
import { useVideos } from '#ui/live/use-videos.ts';
import type { Filter } from '#ui/live/video-lists.ts';
import { useSession } from '#ui/use-session.ts';
import { FilterBar } from './filter-bar.tsx';
import { Skeleton } from './skeleton.tsx';
import { TakeGrid } from './take-grid.tsx';

/** The studio: a shot is described above, its takes are watched below. */
export function Studio() {
  const [filter, setFilter] = useState<Filter>({});
  const { view } = useLive();
  const list = useVideos(filter);
  useShownOrder(list.videos.map(({ id }) => id));
  const isNarrowed = Boolean(filter.status || filter.starred || filter.q);
  const hasNone = list.isSuccess && list.videos.length === 0;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <h1 className="sr-only">Studio</h1>
      <div className="grid gap-2">
        <Composer />
        <TestPatternLine />
      </div>
      {!(hasNone && !isNarrowed) && <FilterBar filter={filter} onChange={setFilter} view={view} />}
      {list.isPending && <Skeleton />}
      {list.isError && list.videos.length === 0 && (
        <Notice title="Your takes could not be read" action={<Button onClick={() => list.refetch()}>Try again</Button>}>
          {list.error.message}
        </Notice>
      )}
      {hasNone && (isNarrowed ? <NothingFound onClear={() => setFilter({})} /> : <NoTakesYet />)}
      {list.videos.length > 0 && <TakeGrid videos={list.videos} />}
      {list.hasNextPage && (
        <LoadMore key={list.videos.length} onMore={() => list.fetchNextPage()} isLoading={list.isFetchingNextPage} />
      )}
    </div>
  );
}

/** Remembers the order that is on screen: the arrows in an open take follow it. */
function useShownOrder(ids: string[]): void {
  const client = useQueryClient();
  const order = ids.join();
  useEffect(() => {
    client.setQueryDefaults(['shown-order'], { gcTime: Number.POSITIVE_INFINITY });
    client.setQueryData(['shown-order'], order ? order.split(',') : []);
  }, [client, order]);
}

function TestPatternLine() {
  const { data: session } = useSession();
  if (!session || session.connected) return null;
  return (
    <p className="px-1 text-sm text-soft">
      You are using the test pattern.{' '}
      {session.user.role === 'admin' && (
        <Link
          href="/settings/providers"
          className="underline underline-offset-4 hover:text-ink pointer-coarse:inline-block pointer-coarse:py-3"
        >
          Connect a provider
        </Link>
      )}
    </p>
  );
}

function NoTakesYet() {
  const { data: session } = useSession();
  return (
    <div className="grid justify-items-center gap-4 py-16 text-center">
      <div className="relative size-28">
        <Dial aspect={1} percent={17} tone="quiet" />
      </div>
      <h2 className="text-lg font-medium">No takes yet</h2>
      <p className="max-w-sm text-soft text-pretty">
        {session?.first_run
          ? 'There is an example above. Press Generate, and watch it appear here.'
          : 'Describe a shot above and press Generate. It appears here and plays when it is ready.'}
      </p>
      {!session?.first_run && (
        <Button
          onClick={() => {
            reuse({ prompt: examplePrompt });
            document.getElementById('prompt')?.focus();
          }}
        >
          Try an example
        </Button>
      )}
    </div>
  );
}

function NothingFound({ onClear }: { onClear(): void }) {
  return (
    <Notice title="No take fits" action={<Button onClick={onClear}>Show all</Button>}>
      Nothing matches this filter and search.
    </Notice>
  );
}

/** Loads the next page when it comes near; the button is for those whose browser does not scroll there. */
function LoadMore({ onMore, isLoading }: { onMore(): void; isLoading: boolean }) {
  const root = useRef<HTMLDivElement>(null);
  const more = useRef(onMore);
  more.current = onMore;
  useEffect(() => {
    if (!root.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && more.current(), {
      rootMargin: '600px',
    });
    observer.observe(root.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={root} className="flex justify-center py-4">
      <Button onClick={onMore} disabled={isLoading}>
        {isLoading ? 'Loading…' : 'Show more'}
      </Button>
    </div>
  );
}
