'use client';
import { Search, Star } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Select } from '#ui/base/select.tsx';
import { cn } from '#ui/class-names.ts';
import type { LiveView } from '#ui/live/live-view.ts';
import { countNeedsYou, countUnder, type Filter } from '#ui/live/video-lists.ts';

type Props = { filter: Filter; onChange(filter: Filter): void; view: LiveView };

const typingMs = 250;

/** all · running 2 · ready 41 · failed 1 · ★, search, order. */
export function FilterBar({ filter, onChange, view }: Props) {
  const count = (status: NonNullable<Filter['status']>) =>
    status === 'needs_you' ? countNeedsYou(view) : countUnder(status, view.counts);
  const chips: { key: string; label: string; patch: Pick<Filter, 'status' | 'starred'>; tone?: string }[] = [
    { key: 'all', label: 'all', patch: {} },
    ...(count('needs_you') || filter.status === 'needs_you'
      ? [{ key: 'needs_you', label: 'needs you', patch: { status: 'needs_you' as const }, tone: 'text-needs-you' }]
      : []),
    ...(count('queued') || filter.status === 'queued'
      ? [{ key: 'queued', label: 'queued', patch: { status: 'queued' as const } }]
      : []),
    { key: 'running', label: 'running', patch: { status: 'running' } },
    { key: 'ready', label: 'ready', patch: { status: 'ready' } },
    { key: 'failed', label: 'failed', patch: { status: 'failed' } },
  ];
  const { q, order } = filter;
  const choose = (patch: Pick<Filter, 'status' | 'starred'>) => onChange({ q, order, ...patch });
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <fieldset className="-mx-2 flex max-w-full min-w-0 overflow-x-auto py-1 [scrollbar-width:none]">
        <legend className="sr-only">Which takes</legend>
        {chips.map(({ key, label, patch, tone }) => (
          <Chip
            key={key}
            isChosen={filter.status === patch.status && !filter.starred}
            onClick={() => choose(patch)}
            className={tone}
          >
            {label}
            {patch.status && count(patch.status) > 0 && <span className="ml-1.5 font-mono">{count(patch.status)}</span>}
          </Chip>
        ))}
        <Chip isChosen={filter.starred === 'true'} onClick={() => choose({ starred: 'true' })} label="starred">
          <Star aria-hidden className="size-4" />
        </Chip>
      </fieldset>
      <div className="ml-auto flex items-center gap-2 max-sm:w-full">
        <SearchField value={q ?? ''} onChange={(text) => onChange({ ...filter, q: text || undefined })} />
        <Select
          label="Order"
          value={order ?? 'desc'}
          options={[
            { value: 'desc', label: 'newest' },
            { value: 'asc', label: 'oldest' },
          ]}
          onChange={(value) => onChange({ ...filter, order: value === 'asc' ? 'asc' : undefined })}
        />
      </div>
    </div>
  );
}

type ChipProps = {
  isChosen: boolean;
  onClick(): void;
  label?: string;
  className?: string;
  children: React.ReactNode;
};

function Chip({ isChosen, onClick, label, className, children }: ChipProps) {
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      aria-label={label}
      onClick={onClick}
      className={cn(
        'inline-flex h-9 shrink-0 items-center rounded-control px-2.5 text-sm text-soft transition-colors hover:text-ink aria-pressed:text-ink pointer-coarse:min-h-11 pointer-coarse:min-w-11 pointer-coarse:justify-center',
        className,
        isChosen && 'bg-lifted',
      )}
    >
      {children}
    </button>
  );
}

/** Searches when the typing pauses; `value` changes from outside too, as when all is shown again. */
function SearchField({ value, onChange }: { value: string; onChange(value: string): void }) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const send = useRef(onChange);
  send.current = onChange;
  useEffect(() => {
    if (value !== sent.current) setText(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      send.current(text);
    }, typingMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="relative max-sm:flex-1">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-faint"
      />
      <input
        id="search"
        type="search"
        value={text}
        placeholder="Search prompts…"
        aria-label="Search prompts"
        maxLength={200}
        onChange={({ target }) => setText(target.value)}
        className="h-9 w-full rounded-control border border-line bg-transparent pr-2 pl-8 text-sm placeholder:text-faint sm:w-56 pointer-coarse:h-11"
      />
    </div>
  );
}
