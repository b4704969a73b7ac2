import { Check, CircleX } from 'lucide-react';
import { cn } from '#ui/class-names.ts';

/** What a test brought, in words, where there are any: read out when they come. */
export function TestResult({ said, isWell }: { said: string | null | undefined; isWell: boolean }) {
  const Icon = isWell ? Check : CircleX;
  return (
    <p role="status" className={cn('text-sm', isWell ? 'text-ready' : 'text-failed', !said && 'hidden')}>
      {said && (
        <span className="flex gap-1.5">
          <Icon aria-hidden className="mt-0.75 size-3.5 shrink-0" />
          {said}
        </span>
      )}
    </p>
  );
}
