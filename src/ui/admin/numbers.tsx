import { cn } from '#ui/class-names.ts';
import { age } from '#ui/time.ts';
import type { Overview } from './admin-api.ts';
import { isFailing } from './provider-state.ts';

/** One row of numbers. Colour only where somebody is asked for. */
export function Numbers({ overview }: { overview: Overview | undefined }) {
  const failing = overview?.providers.filter(isFailing).length ?? 0;
  const numbers: { label: string; value: string; ink?: string | false }[] = [
    { label: 'running', value: count(overview && overview.running + overview.overdue) },
    { label: 'queued', value: count(overview?.queued) },
    { label: 'oldest', value: overview ? (overview.oldest_age_ms === null ? '–' : age(overview.oldest_age_ms)) : '' },
    {
      label: overview?.needs_decision === 1 ? 'needs a decision' : 'need a decision',
      value: count(overview?.needs_decision),
      ink: Boolean(overview?.needs_decision) && 'text-needs-you',
    },
    {
      label: failing === 1 ? 'provider failing' : 'providers failing',
      value: count(overview && failing),
      ink: failing > 0 && 'text-failed',
    },
    { label: 'ready today', value: count(overview?.today.completed) },
  ];
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-card border border-line bg-line sm:grid-cols-3 xl:grid-cols-6">
      {numbers.map(({ label, value, ink }) => (
        <div key={label} className="flex flex-col-reverse justify-end bg-raised px-4 py-3">
          <dt className="text-sm text-soft">{label}</dt>
          <dd className={cn('min-h-7 font-mono text-lg', ink)}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const count = (n: number | undefined): string => n?.toLocaleString() ?? '';
