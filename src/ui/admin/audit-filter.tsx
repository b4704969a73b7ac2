'use client';
import { type ReactNode, useId, useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import { cn } from '#ui/class-names.ts';
import type { AuditFilter } from './admin-api.ts';

const actors = ['user', 'api_key', 'system', 'provider', 'webhook', 'cron'];

type Props = { filter: AuditFilter; onChange(filter: AuditFilter): void; types: string[]; children: ReactNode };

/** Actor, kind of event, take, from, to; taken over when a field is left or Enter is pressed. */
export function AuditFilterBar({ filter, onChange, types, children }: Props) {
  const set = (patch: AuditFilter) => {
    const next = { ...filter, ...patch };
    onChange(Object.fromEntries(Object.entries(next).filter(([, value]) => value)));
  };
  const isNarrowed = Object.keys(filter).length > 0;
  // Fields keep what was typed; to empty them they are made anew.
  const [round, setRound] = useState(0);
  const clear = () => {
    setRound(round + 1);
    onChange({});
  };
  return (
    <form
      aria-label="Which events"
      key={round}
      onSubmit={(event) => event.preventDefault()}
      className="grid grid-cols-2 items-end gap-3 sm:flex sm:flex-wrap"
    >
      <Field
        label="Actor"
        value={filter.actor}
        offers={actors}
        onSet={(actor) => set({ actor })}
        placeholder="anyone"
      />
      <Field label="Event" value={filter.type} offers={types} onSet={(type) => set({ type })} placeholder="any" />
      <Field label="Take" value={filter.video} onSet={(video) => set({ video })} placeholder="video_…" isWide />
      <Field label="From" type="datetime-local" value={filter.from} onSet={(from) => set({ from })} />
      <Field label="To" type="datetime-local" value={filter.to} onSet={(to) => set({ to })} />
      <div className="col-span-2 flex flex-wrap items-center gap-2 sm:ml-auto">
        {isNarrowed && (
          <Button kind="bare" onClick={clear}>
            Show all
          </Button>
        )}
        {children}
      </div>
    </form>
  );
}

type FieldProps = {
  label: string;
  value: string | undefined;
  onSet(value: string | undefined): void;
  type?: 'text' | 'datetime-local';
  offers?: readonly string[];
  placeholder?: string;
  isWide?: boolean;
};

function Field({ label, value, onSet, type = 'text', offers, placeholder, isWide }: FieldProps) {
  const id = useId();
  const isTime = type === 'datetime-local';
  const take = (text: string) => {
    const next = text.trim() === '' ? undefined : isTime ? new Date(text).toISOString() : text.trim();
    if (next !== value) onSet(next);
  };
  return (
    <div className={cn('grid min-w-0 gap-1', isTime ? 'sm:w-52' : 'sm:w-36', (isWide || isTime) && 'col-span-2')}>
      <label htmlFor={id} className="text-sm text-soft">
        {label}
      </label>
      <input
        id={id}
        type={type}
        defaultValue={value && isTime ? localTime(value) : value}
        placeholder={placeholder}
        list={offers && `${id}-offers`}
        autoComplete="off"
        spellCheck={false}
        onBlur={({ target }) => take(target.value)}
        onKeyDown={({ key, currentTarget }) => key === 'Enter' && take(currentTarget.value)}
        className="h-9 w-full min-w-0 rounded-control border border-line bg-transparent px-2.5 font-mono text-sm placeholder:font-sans placeholder:text-faint pointer-coarse:h-11"
      />
      {offers && (
        <datalist id={`${id}-offers`}>
          {offers.map((offer) => (
            <option key={offer} value={offer} />
          ))}
        </datalist>
      )}
    </div>
  );
}

/** As a field for local times takes it: 2026-01-31T18:05. */
function localTime(iso: string): string {
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
