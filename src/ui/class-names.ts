import { type ClassValue, clsx } from 'clsx';
import { extendTailwindMerge } from 'tailwind-merge';

const merge = extendTailwindMerge({
  extend: { theme: { radius: ['card', 'control'], text: ['sm', 'base', 'lg'] } },
});

/** Joins class names; of two that contradict each other the later one wins. */
export const cn = (...classes: ClassValue[]): string => merge(clsx(classes));
