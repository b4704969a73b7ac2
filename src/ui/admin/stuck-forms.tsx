'use client';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import type { AdminCommand } from './admin-api.ts';

type Props = { isPending: boolean; onGive(command: AdminCommand): void; onClose(): void };

const spans = [
  { label: '15 min', minutes: 15 },
  { label: '1 h', minutes: 60 },
  { label: '6 h', minutes: 360 },
  { label: '1 day', minutes: 1_440 },
];

/** A later deadline, from now. */
export function ExtendForm({ isPending, onGive, onClose }: Props) {
  return (
    <Line onClose={onClose} note="It is looked at as before until then. Costs nothing.">
      {spans.map(({ label, minutes }) => (
        <Button
          key={label}
          disabled={isPending}
          onClick={() => onGive({ name: 'extend', body: { minutes } })}
          className="font-mono"
        >
          {label}
        </Button>
      ))}
    </Line>
  );
}

/** The provider's number for a take whose answer was lost. */
export function AdoptForm({ isPending, onGive, onClose }: Props) {
  const [id, setId] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onGive({ name: 'adopt', body: { upstream_id: id.trim() } });
      }}
    >
      <Line onClose={onClose} note="It goes on with that job. Nothing is sent a second time.">
        <input
          value={id}
          onChange={({ target }) => setId(target.value)}
          aria-label="Id at the provider"
          placeholder="video_…"
          className="h-9 w-64 max-w-full min-w-0 rounded-control border border-line bg-transparent px-2.5 font-mono text-sm placeholder:text-faint pointer-coarse:h-11"
        />
        <Button type="submit" disabled={!id.trim() || isPending}>
          Use it
        </Button>
      </Line>
    </form>
  );
}

/** The end of patience. */
export function GiveUpForm({ isPending, onGive, onClose }: Props) {
  return (
    <Line onClose={onClose} note="It shows as failed. It may still be billed, and a late clip is still kept.">
      <Button kind="primary" disabled={isPending} onClick={() => onGive({ name: 'give-up' })}>
        Mark failed
      </Button>
    </Line>
  );
}

function Line({ note, onClose, children }: { note: string; onClose(): void; children: ReactNode }) {
  const root = useRef<HTMLFieldSetElement>(null);
  useEffect(() => root.current?.querySelector<HTMLElement>('input, button')?.focus(), []);
  return (
    <fieldset
      ref={root}
      className="appear flex min-w-0 flex-wrap items-center gap-2 rounded-control bg-lifted/60 p-2"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <legend className="sr-only">{note}</legend>
      {children}
      <Button kind="bare" onClick={onClose}>
        Leave it
      </Button>
      <span className="text-sm text-soft">{note}</span>
    </fieldset>
  );
}
