'use client';
import { useState } from 'react';
import { ApiError } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { Field } from '#ui/base/field.tsx';
import { Select } from '#ui/base/select.tsx';
import type { Role } from '#ui/people/people-api.ts';
import { scopesFor, scopeWords } from './key-words.ts';
import type { KeyMade, Scope } from './keys-api.ts';
import { useCreateKey } from './use-keys.ts';

const lives = [
  { value: '0', label: 'Never ends' },
  { value: '30', label: 'Ends in 30 days' },
  { value: '90', label: 'Ends in 90 days' },
  { value: '365', label: 'Ends in a year' },
];
const dayMs = 86_400_000;

/** What a new key is called, what it may, and when it ends. */
export function KeyForm({ role, onMade }: { role: Role; onMade(made: KeyMade): void }) {
  const create = useCreateKey();
  const scopes = scopesFor(role);
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Scope>(scopes.includes('create') ? 'create' : 'read');
  const [days, setDays] = useState('0');
  const [perMinute, setPerMinute] = useState('');
  const isAbout = (param: string) => create.error instanceof ApiError && create.error.param === param;
  return (
    <form
      aria-label="New key"
      className="grid gap-3 rounded-card border border-line bg-raised p-4"
      onSubmit={(event) => {
        event.preventDefault();
        const expires_at = days === '0' ? null : new Date(Date.now() + Number(days) * dayMs).toISOString();
        const creates_per_minute = perMinute ? Number(perMinute) : null;
        create.mutate(
          { name, scopes: [scope], expires_at, ...(creates_per_minute && { creates_per_minute }) },
          {
            onSuccess: (made) => {
              setName('');
              onMade(made);
            },
          },
        );
      }}
    >
      <div className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_9rem]">
        <Field
          label="Name"
          value={name}
          placeholder="where it will be used"
          maxLength={100}
          fault={isAbout('name') ? create.error?.message : null}
          onChange={({ target }) => setName(target.value)}
        />
        {role === 'admin' && (
          <Field
            label="Clips a minute"
            value={perMinute}
            inputMode="numeric"
            placeholder="no limit"
            fault={isAbout('creates_per_minute') ? create.error?.message : null}
            onChange={({ target }) => setPerMinute(target.value.replace(/\D/g, ''))}
          />
        )}
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Select
          label="What it may do"
          value={scope}
          options={scopes.map((value) => ({ value, label: scopeWords[value] }))}
          onChange={(value) => setScope(value as Scope)}
        />
        <Select label="When it ends" value={days} options={lives} onChange={setDays} />
        <Button type="submit" kind="primary" disabled={!name.trim() || create.isPending} className="sm:ml-auto">
          {create.isPending ? 'Making…' : 'Make a key'}
        </Button>
      </div>
      {create.isError && !isAbout('name') && !isAbout('creates_per_minute') && (
        <p role="alert" className="text-sm text-failed">
          {create.error.message}
        </p>
      )}
    </form>
  );
}
