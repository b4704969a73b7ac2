'use client';
import { useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import { Select } from '#ui/base/select.tsx';
import { barsPath, indexAt, linePath } from '#ui/chart/chart-shapes.ts';
import { Plot } from '#ui/chart/plot.tsx';
import { cn } from '#ui/class-names.ts';
import type { Throughput } from './admin-api.ts';
import { useThroughput } from './use-admin.ts';

type Bucket = Throughput['buckets'][number];

const spans = [
  { value: '6', label: '6 hours' },
  { value: '24', label: '24 hours' },
  { value: '168', label: '7 days' },
];
const ticks = [0, 0.25, 0.5, 0.75, 1];

/** How deep the line is and how much goes through it, one above the other on one time axis. */
export function Charts() {
  const [hours, setHours] = useState('24');
  const { data, isError, error, refetch } = useThroughput(Number(hours));
  return (
    <section aria-labelledby="through" className="grid gap-3">
      <div className="flex items-center justify-between gap-4">
        <h2 id="through" className="font-medium">
          Over time
        </h2>
        <Select label="Time shown" value={hours} options={spans} onChange={setHours} />
      </div>
      {isError && !data && (
        <p className="flex flex-wrap items-center gap-3 text-sm text-soft">
          {error.message} <Button onClick={() => refetch()}>Try again</Button>
        </p>
      )}
      {!data && !isError && <div aria-hidden="true" className="h-64 rounded-card bg-lifted/60" />}
      {data && <Plots data={data} />}
    </section>
  );
}

function Plots({ data }: { data: Throughput }) {
  const { buckets } = data;
  const [pointed, setPointed] = useState<number | null>(null);
  const of = (name: keyof Omit<Bucket, 'at'>) => buckets.map((bucket) => bucket[name]);
  const deepest = Math.max(1, ...of('queued'), ...of('running'));
  const most = Math.max(1, ...buckets.map(({ stored, failed }) => stored + failed));
  const shown = pointed === null ? undefined : buckets[pointed];
  const spanMs = Date.parse(data.to) - Date.parse(data.from);
  const moment = (iso: string | number) => timeName(new Date(iso), spanMs);
  return (
    <div className="rounded-card border border-line bg-raised p-4">
      <div
        className="relative grid gap-5"
        onPointerMove={({ currentTarget, clientX }) => {
          const { left, width } = currentTarget.getBoundingClientRect();
          setPointed(indexAt((clientX - left) / width, buckets.length));
        }}
        onPointerLeave={() => setPointed(null)}
      >
        <Plot
          title="In line and with providers"
          top={deepest.toLocaleString()}
          said={`At most ${Math.max(...of('queued'))} queued and ${Math.max(...of('running'))} running`}
          legend={[
            ['queued', text(last(of('queued'), shown?.queued)), 'text-soft'],
            ['running', text(last(of('running'), shown?.running)), 'text-working'],
          ]}
        >
          <Line path={linePath(of('queued'), deepest)} className="stroke-soft" dashed />
          <Line path={linePath(of('running'), deepest)} className="stroke-working" />
        </Plot>
        <Plot
          title="Came through"
          top={most.toLocaleString()}
          said={`${sum(of('stored'))} ready and ${sum(of('failed'))} failed`}
          legend={[
            ['ready', text(shown?.stored ?? sum(of('stored'))), 'text-ready'],
            ['failed', text(shown?.failed ?? sum(of('failed'))), 'text-failed'],
          ]}
        >
          <path d={barsPath(of('stored'), most)} className="fill-ready" />
          <path d={barsPath(of('failed'), most, of('stored'))} className="fill-failed" />
        </Plot>
        {pointed !== null && (
          <span
            aria-hidden
            className="pointer-events-none absolute inset-y-0 w-px bg-faint"
            style={{ left: `${((pointed + 0.5) / buckets.length) * 100}%` }}
          />
        )}
      </div>
      <div aria-hidden className="mt-2 flex justify-between font-mono text-sm text-faint">
        {shown ? (
          <span className="text-ink">{moment(shown.at)}</span>
        ) : (
          ticks.map((share) => (
            <span key={share} className={cn(share % 0.5 !== 0 && 'max-sm:hidden')}>
              {share === 1 ? 'now' : moment(Date.parse(data.from) + share * spanMs)}
            </span>
          ))
        )}
      </div>
    </div>
  );
}

const Line = ({ path, className, dashed }: { path: string; className: string; dashed?: boolean }) => (
  <path
    d={path}
    className={className}
    fill="none"
    strokeWidth={1.5}
    strokeDasharray={dashed ? '3 3' : undefined}
    vectorEffect="non-scaling-stroke"
  />
);

const text = (n: number): string => n.toLocaleString();
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const last = (values: readonly number[], pointed: number | undefined): number => pointed ?? values.at(-1) ?? 0;

const timeName = (at: Date, spanMs: number): string =>
  spanMs > 2 * 86_400_000
    ? at.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })
    : at.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
