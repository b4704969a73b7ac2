'use client';
import { Check, ChevronDown } from 'lucide-react';
import { Select as S } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '#ui/class-names.ts';

export type Option = { value: string; label: ReactNode; note?: string };
type Props = {
  label: string;
  value: string;
  options: readonly Option[];
  onChange(value: string): void;
  mono?: boolean;
  invalid?: boolean;
  className?: string;
};

/** One choice out of a few, as quiet as a word in a line until it is opened. */
export function Select({ label, value, options, onChange, mono, invalid, className }: Props) {
  const chosen = options.find((option) => option.value === value);
  return (
    <S.Root value={value} onValueChange={onChange}>
      <S.Trigger
        aria-label={label}
        aria-invalid={invalid || undefined}
        className={cn(
          'inline-flex h-9 max-w-56 items-center gap-1.5 rounded-control border border-line px-2.5 text-sm transition-colors hover:bg-lifted aria-invalid:border-failed pointer-coarse:min-h-11',
          mono && 'font-mono',
          className,
        )}
      >
        <span className="truncate">
          <S.Value>{chosen?.label ?? value}</S.Value>
        </span>
        <ChevronDown aria-hidden className="size-3.5 shrink-0 text-faint" />
      </S.Trigger>
      <S.Portal>
        <S.Content
          position="popper"
          sideOffset={6}
          className="appear z-50 max-h-80 min-w-(--radix-select-trigger-width) max-w-[calc(100vw-2rem)] overflow-hidden rounded-card border border-line bg-lifted p-1"
        >
          <S.Viewport>
            {options.map((option) => (
              <S.Item
                key={option.value}
                value={option.value}
                className="flex min-h-8 items-center gap-2 rounded-control px-2 py-1 text-sm outline-none data-highlighted:bg-ink/8 pointer-coarse:min-h-11"
              >
                <span className="w-4 shrink-0">
                  <S.ItemIndicator>
                    <Check aria-hidden className="size-3.5" />
                  </S.ItemIndicator>
                </span>
                <span className={cn('min-w-0 flex-1 truncate', mono && 'font-mono')}>
                  <S.ItemText>{option.label}</S.ItemText>
                </span>
                {option.note && <span className="pl-4 font-mono text-faint">{option.note}</span>}
              </S.Item>
            ))}
          </S.Viewport>
        </S.Content>
      </S.Portal>
    </S.Root>
  );
}
