'use client';
import { RefreshCw } from 'lucide-react';
import { Button } from '#ui/base/button.tsx';
import { useCheck } from './use-commands.ts';

/** Looks at the provider now, and says beside it what that brought. */
export function CheckLine({ id }: { id: string }) {
  const check = useCheck(id);
  const said = check.error?.message ?? (check.data && (check.data.note ?? 'Looked just now.'));
  return (
    <>
      <Button kind="bare" disabled={check.isPending} onClick={() => check.mutate()} className="-ml-2.5">
        <RefreshCw aria-hidden className="size-4" />
        {check.isPending ? 'Checking…' : 'Check now'}
      </Button>
      <span role="status" className="min-w-0 text-sm text-soft">
        {said}
      </span>
    </>
  );
}
