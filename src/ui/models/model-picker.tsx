'use client';
import { Check, ChevronDown, Search } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { cn } from '#ui/class-names.ts';
import type { ModelView } from '#ui/shapes.ts';
import { about } from '#ui/time.ts';
import { find, groupByProvider } from './find-models.ts';
import { abilities, isRetired, priceName, retirement } from './model-words.ts';

type Props = {
  label: string;
  models: readonly ModelView[];
  /** The id of the chosen one; null = none is. */
  value: string | null;
  onChange(id: string): void;
  invalid?: boolean;
  /** What stands on the button while none is chosen. */
  placeholder?: string;
  className?: string;
};

/** One model out of many: by search, grouped by provider, each with price, typical time and what it can do. */
export function ModelPicker({
  label,
  models,
  value,
  onChange,
  invalid,
  placeholder = 'Choose a model',
  className,
}: Props) {
  const [isOpen, setOpen] = useState(false);
  const shown = models.find(({ id }) => id === value)?.label ?? placeholder;
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger
        aria-label={`${label}: ${shown}`}
        aria-haspopup="listbox"
        aria-invalid={invalid || undefined}
        className={cn(
          'inline-flex h-9 max-w-64 items-center gap-1.5 rounded-control border border-line px-2.5 text-sm transition-colors hover:bg-lifted aria-invalid:border-failed pointer-coarse:min-h-11',
          className,
        )}
      >
        <span className="truncate">{shown}</span>
        <ChevronDown aria-hidden className="size-3.5 shrink-0 text-faint" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={6}
          collisionPadding={16}
          aria-label={label}
          className="appear z-50 flex max-h-[min(26rem,var(--radix-popover-content-available-height))] w-[min(28rem,calc(100vw-2rem))] flex-col overflow-hidden rounded-card border border-line bg-lifted"
        >
          <Choices
            label={label}
            models={models}
            value={value}
            onChange={(id) => {
              setOpen(false);
              onChange(id);
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Choices({ label, models, value, onChange }: Pick<Props, 'label' | 'models' | 'value' | 'onChange'>) {
  const listId = useId();
  const [words, setWords] = useState('');
  const groups = groupByProvider(find(models, words));
  const shown = groups.flatMap((group) => group.models);
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      shown.findIndex(({ id }) => id === value),
    ),
  );
  const active = shown[at];
  const idOf = (model: ModelView) => `${listId}-${model.id}`;

  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((old) => Math.min(shown.length - 1, Math.max(0, old + step)));
    else if (event.key === 'Enter' && active) onChange(active.id);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <div className="flex items-center gap-2 border-b border-line px-3">
        <Search aria-hidden className="size-4 shrink-0 text-faint" />
        <input
          role="combobox"
          aria-label={`Search: ${label}`}
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={active ? idOf(active) : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          value={words}
          placeholder="Search models…"
          onChange={({ target }) => {
            setWords(target.value);
            setAt(0);
          }}
          onKeyDown={press}
          className="h-11 min-w-0 flex-1 bg-transparent text-sm outline-none placeholder:text-faint"
        />
      </div>
      <div id={listId} role="listbox" aria-label={label} className="min-h-0 overflow-y-auto p-1">
        {groups.map(({ name, models: own }) => (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot stand in a listbox.
          <div key={name} role="group" aria-label={name}>
            <div aria-hidden className="px-2 pt-2 pb-1 text-sm text-faint">
              {name}
            </div>
            {own.map((model) => (
              <Choice
                key={model.id}
                id={idOf(model)}
                model={model}
                isChosen={model.id === value}
                isActive={model === active}
                onPoint={() => setAt(shown.indexOf(model))}
                onChoose={() => onChange(model.id)}
              />
            ))}
          </div>
        ))}
        {shown.length === 0 && <p className="px-2 py-4 text-center text-sm text-soft">No model fits.</p>}
      </div>
    </>
  );
}

type ChoiceProps = {
  id: string;
  model: ModelView;
  isChosen: boolean;
  isActive: boolean;
  onPoint(): void;
  onChoose(): void;
};

function Choice({ id, model, isChosen, isActive, onPoint, onChoose }: ChoiceProps) {
  const root = useRef<HTMLDivElement>(null);
  const now = new Date();
  const end = retirement(model, now);
  useEffect(() => {
    if (isActive) root.current?.scrollIntoView({ block: 'nearest' });
  }, [isActive]);
  return (
    // Its keys are those of the field above, which keeps the focus.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above.
    // biome-ignore lint/a11y/useFocusableInteractive: see above.
    <div
      ref={root}
      id={id}
      role="option"
      aria-selected={isChosen}
      data-active={isActive || undefined}
      onPointerMove={onPoint}
      onClick={onChoose}
      className={cn(
        'flex min-h-11 cursor-pointer items-center gap-2 rounded-control px-2 py-1 text-sm',
        isActive && 'bg-ink/8',
        isRetired(model, now) && 'text-soft',
      )}
    >
      <span className="w-4 shrink-0">{isChosen && <Check aria-hidden className="size-3.5" />}</span>
      <span className="min-w-0 flex-1">
        <span className="block truncate">{model.label}</span>
        <span className="block text-soft">{[...abilities(model), ...(end ? [end] : [])].join(' · ')}</span>
      </span>
      <span className="shrink-0 text-right font-mono text-soft">
        <span className="block">{priceName(model)}</span>
        <span className="block">{about(model.typical.p50_ms)}</span>
      </span>
    </div>
  );
}
