import Link from 'next/link';
import { inBrackets } from '#ui/cost.ts';
import type { Failure, VideoView } from '#ui/shapes.ts';
import { isTestPattern } from '#ui/slate.ts';

function billedWords({ cost }: VideoView, billed: Failure['billed']): string {
  if (cost.estimate_usd === 0) return 'It is free.';
  if (billed === 'no') return 'This try was not billed.';
  return billed === 'yes'
    ? `This try was billed${inBrackets(cost)}.`
    : `This try may have been billed${inBrackets(cost)}.`;
}

/** What happened, was it billed, what to do; the provider's own words behind a fold. */
export function FailureNotice({ video, failure }: { video: VideoView; failure: Failure }) {
  return (
    <div className="grid gap-2">
      <p className="font-medium text-failed">{failure.happened}</p>
      <p>
        {isTestPattern(video) ? 'The test pattern is free.' : billedWords(video, failure.billed)}{' '}
        <span className="text-soft">{failure.advice}</span>
      </p>
      <p className="flex flex-wrap items-center gap-x-3 text-sm text-faint">
        <Link
          href={`/help/${failure.code}`}
          className="underline underline-offset-4 transition-colors hover:text-ink pointer-coarse:py-3"
        >
          More about this, and what helps
        </Link>
        <span className="font-mono">{failure.code}</span>
      </p>
      {failure.detail && (
        <details className="text-sm">
          <summary className="text-soft">What the provider said</summary>
          <pre className="mt-2 max-h-60 overflow-auto rounded-control bg-lifted p-3 font-mono break-words whitespace-pre-wrap">
            {failure.detail}
          </pre>
        </details>
      )}
    </div>
  );
}
