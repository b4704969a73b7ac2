'use client';
import { Button } from '#ui/base/button.tsx';
import { StuckRow } from './stuck-row.tsx';
import { useStuck } from './use-admin.ts';

/** What is stuck or waits for a person, oldest first. */
export function StuckList() {
  const { data, isError, error, refetch } = useStuck();
  return (
    <section aria-labelledby="stuck" className="grid gap-3">
      <h2 id="stuck" className="font-medium">
        Needs a look
      </h2>
      {isError && !data && (
        <p className="flex flex-wrap items-center gap-3 text-sm text-soft">
          {error.message} <Button onClick={() => refetch()}>Try again</Button>
        </p>
      )}
      {!data && !isError && <div aria-hidden="true" className="h-20 rounded-card bg-lifted/60" />}
      {data?.items.length === 0 && (
        <p className="rounded-card border border-line px-4 py-6 text-center text-soft">Nothing is stuck.</p>
      )}
      {data && data.items.length > 0 && (
        <ul className="divide-y divide-line rounded-card border border-line bg-raised">
          {data.items.map((item) => (
            <StuckRow key={item.video.id} item={item} />
          ))}
        </ul>
      )}
      {data?.more && <p className="text-sm text-faint">There are more. These are the oldest.</p>}
    </section>
  );
}
