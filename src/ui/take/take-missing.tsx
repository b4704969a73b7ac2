import Link from 'next/link';
import { ApiError } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { Notice } from '#ui/base/notice.tsx';

/** In place of a take that cannot be shown. */
export function TakeMissing({ error, onRetry }: { error: Error; onRetry(): void }) {
  const isGone = error instanceof ApiError && error.status === 404;
  if (!isGone) {
    return (
      <Notice title="This take could not be read" action={<Button onClick={onRetry}>Try again</Button>}>
        {error.message}
      </Notice>
    );
  }
  return (
    <Notice
      title="There is no such take"
      action={
        <Button asChild>
          <Link href="/">To the studio</Link>
        </Button>
      }
    >
      It was deleted, or the address is not complete.
    </Notice>
  );
}

/** The layout of a take before it is here. */
export function TakeWaiting() {
  return (
    <div aria-hidden="true" className="grid gap-8 lg:grid-cols-[minmax(0,1fr)_22.5rem]">
      <div className="aspect-video rounded-card bg-lifted/60" />
      <div className="grid content-start gap-4">
        <div className="h-20 rounded-card bg-lifted/60" />
        <div className="h-5 rounded-control bg-lifted/60" />
        <div className="h-9 w-40 rounded-control bg-lifted/60" />
      </div>
    </div>
  );
}
