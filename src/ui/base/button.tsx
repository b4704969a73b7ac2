import { cva, type VariantProps } from 'class-variance-authority';
import { Slot } from 'radix-ui';
import type { ComponentProps } from 'react';
import { cn } from '#ui/class-names.ts';

const look = cva(
  'inline-flex shrink-0 items-center justify-center gap-2 rounded-control text-sm whitespace-nowrap transition-colors pointer-coarse:min-h-11 disabled:opacity-45',
  {
    variants: {
      kind: {
        primary:
          'h-9 bg-ink px-4 font-medium text-room hover:bg-ink/88 aria-disabled:bg-lifted aria-disabled:text-faint',
        line: 'h-9 border border-line bg-transparent px-3 hover:bg-lifted',
        bare: 'h-9 px-2.5 text-soft hover:bg-lifted hover:text-ink',
        icon: 'size-9 text-soft hover:bg-lifted hover:text-ink pointer-coarse:min-w-11',
      },
    },
    defaultVariants: { kind: 'line' },
  },
);

type Props = ComponentProps<'button'> & VariantProps<typeof look> & { asChild?: boolean };

/** `asChild` gives the look to a link. An icon button needs an aria-label. */
export function Button({ kind, asChild, className, type = 'button', ...props }: Props) {
  if (asChild) return <Slot.Root className={cn(look({ kind }), className)} {...props} />;
  return <button type={type} className={cn(look({ kind }), className)} {...props} />;
}
