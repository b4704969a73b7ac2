import { Check, Circle, CircleDashed, CircleSlash, CircleX, type LucideIcon, TriangleAlert } from 'lucide-react';
import { cn } from './class-names.ts';
import { type Phase, phaseInk, phaseWords } from './phase.ts';

const icons: Record<Phase, LucideIcon> = {
  waiting: CircleDashed,
  working: Circle,
  needs_you: TriangleAlert,
  ready: Check,
  failed: CircleX,
  canceled: CircleSlash,
};

/** How a take stands, as a sign, a colour and a word. */
export function PhaseBadge({ phase }: { phase: Phase }) {
  const Icon = icons[phase];
  return (
    <span className={cn('inline-flex shrink-0 items-center gap-1 text-sm', phaseInk[phase])}>
      <Icon aria-hidden className="size-3.5" />
      {phaseWords[phase]}
    </span>
  );
}
