import { Button } from '#ui/base/button.tsx';
import { Notice } from '#ui/base/notice.tsx';

/** A page that could not be drawn. */
export function PageFailed({ onRetry }: { onRetry(): void }) {
  return (
    <Notice title="This page failed" action={<Button onClick={onRetry}>Try again</Button>}>
      Your videos go on. Loading the page again often helps.
    </Notice>
  );
}
