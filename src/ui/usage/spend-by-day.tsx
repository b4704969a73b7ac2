'use client';
import { useState } from 'react';
import { barsPath, indexAt } from '#ui/chart/chart-shapes.ts';
import { Plot } from '#ui/chart/plot.tsx';
import { cn } from '#ui/class-names.ts';
import { usd } from '#ui/money.ts';
import type { Usage } from './usage-api.ts';

const ticks = [0, 0.5, 1];

/** One bar a day: what was paid, and above it what is held for takes under way. */
export function SpendByDay({ days }: { days: Usage['days'] }) {
  const [pointed, setPointed] = useState<number | null>(null);
  const paid = days.map((day) => day.actual_usd);
  const held = days.map((day) => day.reserved_usd);
  const top = Math.max(0.01, ...days.map((day) => day.actual_usd + day.reserved_usd));
  const shown = pointed === null ? undefined : days[pointed];
  return (
    <section aria-labelledby="by-day" className="grid gap-3">
      <h2 id="by-day" className="font-medium">
        By day
      </h2>
      <div className="rounded-card border border-line bg-raised p-4">
        <div
          className="relative"
          onPointerMove={({ currentTarget, clientX }) => {
            const { left, width } = currentTarget.getBoundingClientRect();
            setPointed(indexAt((clientX - left) / width, days.length));
          }}
          onPointerLeave={() => setPointed(null)}
        >
          <Plot
            title="Spend"
            top={usd(top)}
            said={`${usd(sum(paid))} paid in ${days.length} days, at most ${usd(top)} on one`}
            legend={[
              ['paid', usd(shown?.actual_usd ?? sum(paid)), 'text-ink'],
              ['held', usd(shown?.reserved_usd ?? sum(held)), 'text-working'],
            ]}
          >
            <path d={barsPath(paid, top)} className="fill-ink" />
            <path d={barsPath(held, top, paid)} className="fill-working" />
          </Plot>
        </div>
        <div aria-hidden className="mt-2 flex justify-between font-mono text-sm text-faint">
          {shown ? (
            <span className="text-ink">
              {dayName(shown.day)} · {shown.submissions === 1 ? '1 take' : `${shown.submissions} takes`}
            </span>
          ) : (
            ticks.map((share) => (
              <span key={share} className={cn(share === 0.5 && 'max-sm:hidden')}>
                {dayName(days[Math.round(share * (days.length - 1))]?.day)}
              </span>
            ))
          )}
        </div>
      </div>
    </section>
  );
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
/** Days are those of UTC, wherever they are read. */
const dayName = (day = ''): string =>
  new Date(day).toLocaleDateString(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });
