'use client';
import type { ReactNode } from 'react';
import { CopyButton } from '#ui/base/copy-button.tsx';
import { costLines } from '#ui/cost.ts';
import type { VideoView } from '#ui/shapes.ts';
import { clock, timecode } from '#ui/time.ts';

/** What was done for this take, each with its number. */
export function Receipt({ video }: { video: VideoView }) {
  const { receipt } = video;
  const now = new Date();
  const lines: [string, ReactNode][] = [];
  if (receipt.submitted_at) {
    lines.push([timesWords('Submitted', receipt.submissions), clock(receipt.submitted_at, now)]);
  }
  if (video.rendering_at) {
    const renderedBy = video.completed_at ? Date.parse(video.completed_at) : now.getTime();
    lines.push(['Waited', timecode(Date.parse(video.rendering_at) - Date.parse(video.created_at))]);
    lines.push(['Rendered', timecode(renderedBy - Date.parse(video.rendering_at))]);
  }
  lines.push(...costLines(video.cost));
  lines.push(['Looked at', receipt.checks === 1 ? 'once' : `${receipt.checks} times`]);
  if (receipt.restarts_survived > 0) lines.push(['Restarts survived', receipt.restarts_survived]);
  if (receipt.stored_at) lines.push(['Stored', clock(receipt.stored_at, now)]);
  if (receipt.bytes !== null) lines.push(['Size of the file', megabytes(receipt.bytes)]);
  if (video.seed !== null) lines.push(['Seed', video.seed]);
  return (
    <section aria-label="Receipt">
      <h2 className="mb-2 text-sm text-faint">Receipt</h2>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1 text-sm">
        {lines.map(([name, value]) => (
          <Line key={name} name={name}>
            {value}
          </Line>
        ))}
        {receipt.sha256 && (
          <Line name="sha256">
            <span className="inline-flex items-center gap-1">
              {receipt.sha256.slice(0, 12)}…
              <CopyButton text={receipt.sha256} label="Copy the checksum" />
            </span>
          </Line>
        )}
        <Line name="Id">
          <span className="inline-flex min-w-0 items-center gap-1">
            <span className="truncate">{video.id.slice(0, 14)}…</span>
            <CopyButton text={video.id} label="Copy the id" />
          </span>
        </Line>
      </dl>
    </section>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="flex items-center text-soft">{name}</dt>
      <dd className="flex min-h-6 items-center justify-end font-mono">{children}</dd>
    </>
  );
}

const timesWords = (word: string, n: number): string => (n === 1 ? `${word} once` : `${word} ${n} times, last`);
const megabytes = (bytes: number): string =>
  bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
