import Link from 'next/link';
import { ApiError } from '#ui/api.ts';
import { cn } from '#ui/class-names.ts';

type Props = { error: Error | null; id?: string; className?: string };

/** Why it was not taken, in the words of the server; what was written stays. A cap leads to where it stands. */
export function Fault({ error, id, className }: Props) {
  if (!error) return null;
  const isCap = error instanceof ApiError && error.code === 'budget_exceeded';
  return (
    <p role="alert" id={id} className={cn('text-sm text-failed', className)}>
      {sentence(error.message)}
      {isCap && (
        <>
          {' '}
          <Link href="/settings/limits" className="underline underline-offset-4">
            Limits
          </Link>
        </>
      )}
    </p>
  );
}

/** Messages for programs begin small and end without a full stop. */
function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
