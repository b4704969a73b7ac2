'use client';
import { useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import { Sheet } from '#ui/base/sheet.tsx';
import { keyFacts, keyTrouble } from './key-words.ts';
import type { KeyView } from './keys-api.ts';
import { useRevokeKey } from './use-keys.ts';

/** One key, and the way to end it. */
export function KeyRow({ apiKey, withOwner }: { apiKey: KeyView; withOwner: boolean }) {
  const [asks, setAsks] = useState(false);
  const revoke = useRevokeKey();
  const trouble = keyTrouble(apiKey);
  const close = () => {
    revoke.reset();
    setAsks(false);
  };
  return (
    <li
      aria-label={apiKey.name}
      className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 rounded-card border border-line bg-raised px-4 py-3"
    >
      <div className="grid min-w-0 gap-0.5">
        <p className="wrap-anywhere">
          {apiKey.name} <span className="ml-1 font-mono text-sm text-soft">{apiKey.prefix}…</span>
          {withOwner && <span className="ml-2 text-sm text-soft">{apiKey.owner.name}</span>}
        </p>
        <p className="text-sm text-soft">
          {trouble && <span className="text-ink">{trouble} · </span>}
          {keyFacts(apiKey, Date.now()).join(' · ')}
        </p>
      </div>
      {apiKey.state !== 'revoked' && <Button onClick={() => setAsks(true)}>Revoke</Button>}
      <Sheet title={`Revoke ${apiKey.name}?`} open={asks} onOpenChange={(open) => !open && close()}>
        <p className="text-soft">Programs that use it are refused from now on. Clips that it asked for go on.</p>
        {revoke.error && (
          <p role="alert" className="mt-3 text-sm text-failed">
            {revoke.error.message}
          </p>
        )}
        <div className="mt-5 flex flex-wrap justify-end gap-2">
          <Button onClick={close}>Keep it</Button>
          <Button
            kind="primary"
            disabled={revoke.isPending}
            onClick={() => revoke.mutate(apiKey.id, { onSuccess: close })}
          >
            Revoke
          </Button>
        </div>
      </Sheet>
    </li>
  );
}
