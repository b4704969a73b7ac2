'use client';
import type { VideoView } from '#ui/shapes.ts';
import { clock } from '#ui/time.ts';

type Attempt = VideoView['attempts'][number];

/** Every submission of a take that needed more than one, with what became of it. */
export function Attempts({ video }: { video: VideoView }) {
  const now = new Date();
  return (
    <section aria-label="Attempts">
      <h2 className="mb-3 text-sm text-faint">Attempts</h2>
      <ol className="grid gap-2 text-sm">
        {video.attempts.map((attempt) => (
          <li key={attempt.n} className="flex flex-wrap items-baseline gap-x-4">
            <span className="font-mono text-soft">{attempt.n}</span>
            <span>{resultWords(attempt)}</span>
            {attempt.error && <span className="min-w-0 text-soft wrap-anywhere">{attempt.error}</span>}
            <span className="ml-auto font-mono text-faint">
              {attempt.sent_at ? clock(attempt.sent_at, now) : 'not sent yet'}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function resultWords({ result, sent_at }: Attempt): string {
  switch (result) {
    case null:
      return sent_at ? 'Under way' : 'Waiting';
    case 'completed':
      return 'Rendered';
    case 'rejected':
      return 'Refused when it was sent';
    case 'failed':
      return 'Failed at the provider';
    case 'canceled':
      return 'Canceled';
    default:
      return 'No verdict';
  }
}
