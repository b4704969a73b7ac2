'use client';
import { ExternalLink } from 'lucide-react';
import { useState } from 'react';
import { ApiError } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { Field } from '#ui/base/field.tsx';
import { useSaveProvider } from './use-settings.ts';

type Props = {
  id: string;
  kind: string;
  label: string;
  keysPage: string | null;
  /** Where it stands when that is not its public address; a key belongs to its address. */
  host?: string | null;
  onDone(): void;
};

/** A key goes in here, and is never shown again. */
export function KeyForm({ id, kind, label, keysPage, host, onDone }: Props) {
  const save = useSaveProvider();
  const [key, setKey] = useState('');
  const [address, setAddress] = useState('');
  const isAboutAddress = save.error instanceof ApiError && save.error.param === 'base_url';
  return (
    <form
      aria-label={`Key of ${label}`}
      className="grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        const base_url = address.trim();
        save.mutate({ id, kind, key: key.trim(), ...(base_url && { base_url }) }, { onSuccess: onDone });
      }}
    >
      <Field
        label={`Key of ${label}`}
        type="password"
        // The browser must not offer to keep it: it is not the visitor's own password.
        autoComplete="new-password"
        autoFocus
        value={key}
        note="Kept sealed here, and never shown again."
        fault={isAboutAddress ? null : save.error?.message}
        onChange={({ target }) => {
          setKey(target.value);
          if (save.isError) save.reset();
        }}
      />
      <details className="text-sm" open={isAboutAddress || undefined}>
        <summary className="text-soft pointer-coarse:py-3">At another address</summary>
        <Field
          label="Address"
          type="url"
          value={address}
          placeholder={host ?? 'its public address'}
          note="Only for a proxy, or for the built-in test servers."
          fault={isAboutAddress ? save.error?.message : null}
          onChange={({ target }) => setAddress(target.value)}
          className="pt-2"
        />
      </details>
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" kind="primary" disabled={!key.trim() || save.isPending}>
          {save.isPending ? 'Saving…' : 'Save the key'}
        </Button>
        <Button onClick={onDone}>Leave it</Button>
        {keysPage && (
          <Button kind="bare" asChild>
            <a href={keysPage} target="_blank" rel="noreferrer">
              Get a key <ExternalLink aria-hidden className="size-3.5" />
            </a>
          </Button>
        )}
      </div>
    </form>
  );
}
