'use client';
import { type FormEvent, useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import { Field } from '#ui/base/field.tsx';
import type { LimitsView } from '#ui/usage/usage-api.ts';
import { useLimitsOf, useSetLimits } from './use-people.ts';

/** What one person may spend, run and queue; empty = as everybody. */
export function PersonLimits({ owner, onDone }: { owner: string; onDone(): void }) {
  const limits = useLimitsOf(owner);
  if (limits.isError) return <p className="text-failed">{limits.error.message}</p>;
  return limits.data ? <Form limits={limits.data} onDone={onDone} /> : <div className="h-48" />;
}

const text = (value: number | null) => (value === null ? '' : String(value));

function Form({ limits, onDone }: { limits: LimitsView; onDone(): void }) {
  const save = useSetLimits();
  const [cap, setCap] = useState(limits.own ? text(limits.daily_cap_usd) || 'none' : '');
  const [running, setRunning] = useState(text(limits.own_max_running));
  const [queued, setQueued] = useState(text(limits.own_max_queued));
  const most = (given: string) => (given === '' ? 'default' : Number(given));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const daily_cap_usd = cap.trim() === 'none' ? null : most(cap.trim());
    save.mutate(
      { owner: limits.owner, daily_cap_usd, max_running: most(running), max_queued: most(queued) },
      { onSuccess: onDone },
    );
  };
  const digits = (value: string) => value.replace(/\D/g, '');
  const everybody = limits.default_daily_cap_usd;
  return (
    <form onSubmit={submit} className="grid gap-4">
      <p className="text-sm text-soft">Leave a field empty for what holds for everybody.</p>
      <Field
        label="Dollars a day"
        inputMode="decimal"
        value={cap}
        placeholder={everybody === null ? 'no cap' : String(everybody)}
        note="none = no cap"
        onChange={({ target }) => setCap(target.value.replace(/[^\d.none]/g, ''))}
      />
      <div className="grid grid-cols-2 gap-4">
        <Field
          label="May run at once"
          inputMode="numeric"
          value={running}
          placeholder={String(limits.default_max_running)}
          onChange={({ target }) => setRunning(digits(target.value))}
        />
        <Field
          label="May wait in line"
          inputMode="numeric"
          value={queued}
          placeholder={String(limits.default_max_queued)}
          onChange={({ target }) => setQueued(digits(target.value))}
        />
      </div>
      {save.isError && (
        <p role="alert" className="text-sm text-failed">
          {save.error.message}
        </p>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onDone}>Leave it</Button>
        <Button type="submit" kind="primary" disabled={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
