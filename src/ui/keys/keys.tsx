'use client';
import { useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import { Checkbox } from '#ui/base/checkbox.tsx';
import { Notice } from '#ui/base/notice.tsx';
import { useSession } from '#ui/use-session.ts';
import { KeyForm } from './key-form.tsx';
import { KeyRow } from './key-row.tsx';
import type { KeyMade } from './keys-api.ts';
import { NewKey } from './new-key.tsx';
import { useKeys } from './use-keys.ts';

/** Keys for programs: made, seen and revoked. */
export function Keys() {
  const { data: session } = useSession();
  const isAdmin = session?.user.role === 'admin';
  const [everybody, setEverybody] = useState(false);
  const [made, setMade] = useState<KeyMade | null>(null);
  const keys = useKeys(everybody);
  if (keys.isError && !keys.data) {
    return (
      <Notice title="The keys could not be read" action={<Button onClick={() => keys.refetch()}>Try again</Button>}>
        {keys.error.message}
      </Notice>
    );
  }
  const shown = keys.data?.keys ?? [];
  const usable = shown.filter(({ state }) => state !== 'revoked');
  const revoked = shown.filter(({ state }) => state === 'revoked');
  return (
    <div className="grid gap-8">
      <div className="grid gap-2">
        <h1 className="text-lg font-medium">Keys</h1>
        <p className="max-w-prose text-soft text-pretty">
          A key lets a program ask in your name, and costs what you would spend. It is shown once, when it is made.
        </p>
      </div>
      {made && session ? (
        <NewKey made={made} url={session.url} onDone={() => setMade(null)} />
      ) : (
        session && <KeyForm role={session.user.role} onMade={setMade} />
      )}
      <section aria-labelledby="keys" className="grid gap-3">
        <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1">
          <h2 id="keys" className="font-medium">
            {everybody ? 'Everybody’s keys' : 'Your keys'}
          </h2>
          {isAdmin && <Checkbox label="Show everybody’s" checked={everybody} onChange={setEverybody} />}
        </div>
        {keys.isPending && <div aria-hidden="true" className="h-24 rounded-card bg-lifted/60" />}
        {keys.data && usable.length === 0 && <p className="text-soft">There are none yet.</p>}
        <ul className="grid gap-2">
          {usable.map((key) => (
            <KeyRow key={key.id} apiKey={key} withOwner={everybody} />
          ))}
        </ul>
        {revoked.length > 0 && (
          <details className="text-sm">
            <summary className="text-soft pointer-coarse:py-3">Revoked: {revoked.length}</summary>
            <ul className="mt-2 grid gap-2">
              {revoked.map((key) => (
                <KeyRow key={key.id} apiKey={key} withOwner={everybody} />
              ))}
            </ul>
          </details>
        )}
      </section>
    </div>
  );
}
