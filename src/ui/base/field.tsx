import { type ComponentProps, useId } from 'react';
import { cn } from '#ui/class-names.ts';

type Props = ComponentProps<'input'> & { label: string; note?: string; fault?: string | null };

/** One line to write into, with its name above and what is wrong with it below. */
export function Field({ label, note, fault, className, ...input }: Props) {
  const id = useId();
  const said = fault ?? note;
  return (
    <div className={cn('grid min-w-0 content-start gap-1 text-sm', className)}>
      <label htmlFor={id} className="text-soft">
        {label}
      </label>
      <input
        id={id}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={fault ? true : undefined}
        aria-describedby={said ? `${id}-said` : undefined}
        className="h-9 w-full min-w-0 rounded-control border border-line bg-transparent px-2.5 font-mono placeholder:font-sans placeholder:text-faint aria-invalid:border-failed pointer-coarse:h-11"
        {...input}
      />
      {said && (
        <p id={`${id}-said`} role={fault ? 'alert' : undefined} className={fault ? 'text-failed' : 'text-faint'}>
          {said}
        </p>
      )}
    </div>
  );
}
