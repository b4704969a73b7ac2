'use client';
import { Check, CircleX, type LucideIcon, Pause, TriangleAlert } from 'lucide-react';
import { cn } from '#ui/class-names.ts';
import { age } from '#ui/time.ts';
import type { ProviderView } from './admin-api.ts';
import { PauseButton } from './pause-button.tsx';
import { type ProviderState, stateOf } from './provider-state.ts';

const looks: Record<ProviderState['tone'], { icon: LucideIcon; ink: string }> = {
  well: { icon: Check, ink: 'text-ready' },
  quiet: { icon: Pause, ink: 'text-soft' },
  needs_you: { icon: TriangleAlert, ink: 'text-needs-you' },
  failed: { icon: CircleX, ink: 'text-failed' },
};

/** Who renders, each as a card: how it stands, since when and why, and what it has to do. */
export function Providers({ providers, now }: { providers: readonly ProviderView[]; now: number }) {
  return (
    <section aria-labelledby="providers" className="grid gap-3">
      <h2 id="providers" className="font-medium">
        Providers
      </h2>
      <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
        {providers.map((provider) => (
          <Card key={provider.id} provider={provider} now={now} />
        ))}
      </ul>
    </section>
  );
}

function Card({ provider, now }: { provider: ProviderView; now: number }) {
  const state = stateOf(provider);
  const { icon: Icon, ink } = looks[state.tone];
  return (
    <li className="grid content-start gap-3 rounded-card border border-line bg-raised p-4">
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <h3 className="truncate font-medium">{provider.id}</h3>
          <p className={cn('flex items-center gap-1.5 text-sm', ink)}>
            <Icon aria-hidden className="size-3.5" />
            {state.word}
            {state.since && <span className="font-mono text-faint">{age(now - Date.parse(state.since))}</span>}
          </p>
        </div>
        {provider.configured && <PauseButton id={provider.id} isPaused={provider.paused_at !== null} />}
      </div>
      {state.why && <p className="text-sm text-soft text-pretty">{state.why}</p>}
      {provider.circuit?.next_try_at && (
        <p className="text-sm text-soft">
          Next try in{' '}
          <span className="font-mono">{age(Math.max(0, Date.parse(provider.circuit.next_try_at) - now))}</span>.
        </p>
      )}
      <dl className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
        <Count label="running" value={provider.running} of={provider.slots} />
        <Count label="queued" value={provider.queued} />
        {provider.overdue > 0 && <Count label="overdue" value={provider.overdue} />}
        {provider.needs_decision > 0 && <Count label="to decide" value={provider.needs_decision} />}
        {provider.calls.verified > 0 && <Count label="calls of it" value={provider.calls.verified} />}
        {provider.calls.refused > 0 && <Count label="calls refused" value={provider.calls.refused} />}
        {provider.calls.missed > 0 && <Count label="calls of it that never came" value={provider.calls.missed} />}
        {provider.requests_per_minute !== null && (
          <Count label="requests/min at most" value={provider.requests_per_minute} />
        )}
      </dl>
    </li>
  );
}

function Count({ label, value, of }: { label: string; value: number; of?: number | null }) {
  return (
    <div className="flex flex-row-reverse gap-1.5">
      <dt className="text-soft">{label}</dt>
      <dd className="font-mono">
        {value}
        {of ? <span className="text-faint">/{of}</span> : null}
      </dd>
    </div>
  );
}
