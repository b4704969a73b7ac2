'use client';
import { useState } from 'react';
import { ApiError } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { Field } from '#ui/base/field.tsx';
import { Select } from '#ui/base/select.tsx';
import { idFrom } from './provider-words.ts';
import type { KindView, ProviderSettings } from './settings-api.ts';
import { useSaveProvider } from './use-settings.ts';

type Props = {
  kind: KindView;
  /** The one that is changed; without it, one is added. */
  provider?: ProviderSettings;
  takenIds: readonly string[];
  onDone(): void;
};

/** One's own server: how it is called, where it stands, its key, and what kind of server it is. */
export function ServerForm({ kind, provider, takenIds, onDone }: Props) {
  const save = useSaveProvider();
  const [name, setName] = useState(provider?.name ?? '');
  const [address, setAddress] = useState('');
  const [key, setKey] = useState('');
  const [personality, setPersonality] = useState(provider?.personality ?? kind.personalities[0]?.id ?? '');
  const fault = save.error instanceof ApiError ? save.error : null;
  const faultOf = (param: string) => (fault?.param === param ? fault.message : null);
  const fields = ['name', 'base_url', 'key', 'personality'];
  const submit = () =>
    save.mutate(
      {
        id: provider?.id ?? idFrom(name, takenIds),
        kind: kind.kind,
        ...(name.trim() && { name: name.trim() }),
        ...(address.trim() && { base_url: address.trim() }),
        ...(key.trim() && { key: key.trim() }),
        ...(kind.personalities.length > 0 && { personality }),
      },
      { onSuccess: onDone },
    );
  return (
    <form
      aria-label={provider ? `Change ${provider.name}` : 'Add a server'}
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label="Name"
          autoFocus
          value={name}
          placeholder="My GPU server"
          fault={faultOf('name') ?? faultOf('id')}
          onChange={({ target }) => setName(target.value)}
        />
        {kind.personalities.length > 0 && (
          <div className="grid content-start gap-1 text-sm">
            <span className="text-soft">Kind of server</span>
            <Select
              label="Kind of server"
              value={personality}
              invalid={fault?.param === 'personality'}
              options={kind.personalities.map(({ id, label }) => ({ value: id, label }))}
              onChange={setPersonality}
              className="max-w-none justify-between"
            />
          </div>
        )}
        <Field
          label="Address"
          type="url"
          value={address}
          placeholder={provider?.host ? `${provider.host}, unless you write another` : 'https://videos.example.com/v1'}
          note="It ends before /videos, usually in /v1."
          fault={faultOf('base_url')}
          onChange={({ target }) => setAddress(target.value)}
        />
        <Field
          label="Key, if it needs one"
          type="password"
          autoComplete="new-password"
          value={key}
          placeholder={provider?.key ? 'unchanged' : undefined}
          note="Kept sealed here, and never shown again."
          fault={faultOf('key')}
          onChange={({ target }) => setKey(target.value)}
        />
      </div>
      {save.error && !(fault?.param && [...fields, 'id'].includes(fault.param)) && (
        <p role="alert" className="text-sm text-failed">
          {save.error.message}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary" disabled={save.isPending || !name.trim() || !(provider || address.trim())}>
          {save.isPending ? 'Saving…' : provider ? 'Save' : 'Add the server'}
        </Button>
        <Button onClick={onDone}>Leave it</Button>
      </div>
    </form>
  );
}
