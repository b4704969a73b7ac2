'use client';
import { type Figure, Figures } from '#ui/base/figures.tsx';
import { usd } from '#ui/money.ts';
import { age } from '#ui/time.ts';
import { useUsage } from '#ui/usage/use-usage.ts';
import type { Overview } from './admin-api.ts';
import { isFailing } from './provider-state.ts';
import { useStuck } from './use-admin.ts';

/** One row of numbers. Colour only where somebody is asked for. */
export function Numbers({ overview }: { overview: Overview | undefined }) {
  const { data: stuck } = useStuck();
  const spent = useUsage({ days: 1 }).data?.total;
  const people = stuck?.items.filter(({ why }) => why.needs_person).length;
  const failing = overview?.providers.filter(isFailing).length ?? 0;
  const figures: Figure[] = [
    { label: 'running', value: count(overview && overview.running + overview.overdue) },
    { label: 'queued', value: count(overview?.queued) },
    { label: 'oldest', value: overview ? (overview.oldest_age_ms === null ? '–' : age(overview.oldest_age_ms)) : '' },
    {
      label: people === 1 ? 'needs a person' : 'need a person',
      value: stuck?.more ? `${people} or more` : count(people),
      ink: Boolean(people) && 'text-needs-you',
    },
    {
      label: failing === 1 ? 'provider failing' : 'providers failing',
      value: count(overview && failing),
      ink: failing > 0 && 'text-failed',
    },
    { label: 'spent today', value: spent ? usd(spent.actual_usd + spent.reserved_usd) : '' },
  ];
  return <Figures figures={figures} />;
}

const count = (n: number | undefined): string => n?.toLocaleString() ?? '';
