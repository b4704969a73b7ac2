import type { Failure } from '#ui/shapes.ts';

const billed: Record<Failure['billed'], string> = {
  no: 'This try was not billed.',
  maybe: 'This try may have been billed.',
  yes: 'This try was billed.',
};

/** What happened, was it billed, what to do; the provider's own words behind a fold. */
export function FailureNotice({ failure }: { failure: Failure }) {
  return (
    <div className="grid gap-2">
      <p className="font-medium text-failed">{failure.happened}</p>
      <p>
        {billed[failure.billed]} <span className="text-soft">{failure.advice}</span>
      </p>
      <p className="font-mono text-sm text-faint">{failure.code}</p>
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
