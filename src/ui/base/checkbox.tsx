'use client';
import { Check } from 'lucide-react';
import { Checkbox as C } from 'radix-ui';
import { useId } from 'react';

type Props = { label: string; checked: boolean; onChange(checked: boolean): void };

export function Checkbox({ label, checked, onChange }: Props) {
  const id = useId();
  return (
    <label htmlFor={id} className="flex items-center gap-2 text-sm text-soft pointer-coarse:min-h-11">
      <C.Root
        id={id}
        checked={checked}
        onCheckedChange={(value) => onChange(value === true)}
        className="grid size-4 place-items-center rounded-[4px] border border-faint data-[state=checked]:border-ink data-[state=checked]:bg-ink"
      >
        <C.Indicator>
          <Check aria-hidden className="size-3 text-room" strokeWidth={3} />
        </C.Indicator>
      </C.Root>
      {label}
    </label>
  );
}
