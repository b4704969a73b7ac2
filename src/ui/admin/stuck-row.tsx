'use client';
import { Clock, TriangleAlert } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import { cn } from '#ui/class-names.ts';
import { age } from '#ui/time.ts';
import type { AdminCommand, AdminCommandName, StuckItem } from './admin-api.ts';
import { AdoptForm, ExtendForm, GiveUpForm } from './stuck-forms.tsx';
import { useAdminCommand } from './use-admin.ts';

/** In the order in which they stand: from a look to the end. `asks` = a line opens below first. */
const actions: { name: AdminCommandName; label: string; title: string; asks?: boolean }[] = [
  { name: 'check', label: 'Check now', title: 'Look at the provider now. Costs nothing.' },
  { name: 'extend', label: 'Extend…', title: 'Give it a later deadline. Costs nothing.', asks: true },
  { name: 'adopt', label: 'Adopt…', title: 'You found its job at the provider. Costs nothing.', asks: true },
  { name: 'collect', label: 'Collect again', title: 'Copy the finished clip again. Costs nothing.' },
  { name: 'reset', label: 'Reset', title: 'Look at it afresh. Sends nothing, costs nothing.' },
  { name: 'requeue', label: 'Requeue', title: 'Put it back in the line: it was never sent, so nothing was billed.' },
  { name: 'give-up', label: 'Mark failed…', title: 'Stop waiting for it.', asks: true },
];

/** One take that is stuck: why, since when, and what an operator can do about it. */
export function StuckRow({ item }: { item: StuckItem }) {
  const { video, why } = item;
  const now = Date.parse(video.created_at) + item.age_ms;
  const command = useAdminCommand(video.id);
  const [asked, setAsked] = useState<AdminCommandName | null>(null);
  const give = (next: AdminCommand) => command.mutate(next, { onSuccess: () => setAsked(null) });
  const Icon = why.needs_person ? TriangleAlert : Clock;
  const form = { isPending: command.isPending, onGive: give, onClose: () => setAsked(null) };
  return (
    <li className="grid gap-3 px-4 py-3">
      <div className="grid gap-x-6 gap-y-3 xl:grid-cols-[minmax(0,1fr)_auto] xl:items-center">
        <div className="grid min-w-0 gap-1">
          <Link
            href={`/videos/${video.id}`}
            scroll={false}
            prefetch={false}
            className="truncate rounded-control underline-offset-4 hover:underline pointer-coarse:py-2"
          >
            {video.prompt.slice(0, 200)}
          </Link>
          <p className={cn('flex gap-1.5 text-sm', why.needs_person ? 'text-needs-you' : 'text-soft')}>
            <Icon aria-hidden className="mt-0.75 size-3.5 shrink-0" />
            <span>
              {why.text}
              {why.since && <span className="font-mono text-faint"> {age(now - Date.parse(why.since))}</span>}
            </span>
          </p>
          <p className="truncate font-mono text-sm text-faint">
            {[
              `asked ${age(item.age_ms)} ago`,
              video.provider,
              `take ${video.take}`,
              ...(item.upstream_id ? [item.upstream_id] : []),
            ].join(' · ')}
          </p>
        </div>
        <div className="-mx-2.5 flex flex-wrap xl:mx-0 xl:max-w-100 xl:justify-end">
          {actions
            .filter(({ name }) => item.commands.includes(name))
            .map(({ name, label, title, asks }) => (
              <Button
                key={name}
                kind="bare"
                title={title}
                disabled={command.isPending}
                aria-expanded={asks ? asked === name : undefined}
                aria-label={`${label.replace('…', '')}: ${video.prompt.slice(0, 60)}`}
                onClick={() => (asks ? setAsked(asked === name ? null : name) : give({ name } as AdminCommand))}
              >
                {label}
              </Button>
            ))}
        </div>
      </div>
      {asked === 'extend' && <ExtendForm {...form} />}
      {asked === 'adopt' && <AdoptForm {...form} />}
      {asked === 'give-up' && <GiveUpForm {...form} />}
      {command.isError && (
        <p role="alert" className="text-sm text-failed">
          {command.error.message}
        </p>
      )}
    </li>
  );
}
