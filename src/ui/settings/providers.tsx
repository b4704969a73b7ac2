'use client';
import { useState } from 'react';
import { AdminsOnly } from '#ui/admin/admin.tsx';
import { Button } from '#ui/base/button.tsx';
import { Notice } from '#ui/base/notice.tsx';
import { KeyForm } from './key-form.tsx';
import { ProviderCard } from './provider-card.tsx';
import { ServerForm } from './server-form.tsx';
import type { KindView, ProvidersSettings } from './settings-api.ts';
import { useProviders } from './use-settings.ts';

/** Who can render, with which keys, and whose model is the default. */
export function ProvidersPage() {
  const settings = useProviders();
  return (
    <AdminsOnly>
      <div className="grid gap-8">
        <div className="grid gap-2">
          <h1 className="text-lg font-medium">Providers</h1>
          <p className="max-w-prose text-soft text-pretty">
            A key makes the models of a provider choosable, and nothing more: nothing is spent before you choose one.
          </p>
          {settings.data && <DefaultLine settings={settings.data} />}
        </div>
        {settings.isError && !settings.data && (
          <Notice
            title="The providers could not be read"
            action={<Button onClick={() => settings.refetch()}>Try again</Button>}
          >
            {settings.error.message}
          </Notice>
        )}
        {settings.isPending && <div aria-hidden="true" className="h-40 rounded-card bg-lifted/60" />}
        {settings.data && <List settings={settings.data} />}
      </div>
    </AdminsOnly>
  );
}

/** What is taken where no model is asked for, and who said so. */
function DefaultLine({ settings: { default_model } }: { settings: ProvidersSettings }) {
  const { label, from, overruled, available } = default_model;
  return (
    <p className="text-sm text-soft">
      The default is <span className="text-ink">{label}</span>
      {from === 'built_in' && ', until you choose another'}
      {from === 'env' && ', because DAILIES_DEFAULT_MODEL says so'}
      {overruled && `; ${overruled} was chosen here, and waits until that variable is gone`}.
      {!available && <span className="text-needs-you"> Nobody offers it now: choose another.</span>}
    </p>
  );
}

function List({ settings }: { settings: ProvidersSettings }) {
  const { providers, kinds, default_model, models_file } = settings;
  const ids = providers.map(({ id }) => id);
  // A hosted kind stands there once; one's own servers as often as one likes.
  const isAddable = (kind: KindView) => kind.needs_base_url || !providers.some((known) => known.kind === kind.kind);
  return (
    <>
      <ul className="grid gap-4">
        {providers.length === 0 && (
          <li className="rounded-card border border-line px-4 py-6 text-center text-soft text-pretty">
            None yet. The test pattern renders what you ask for, free.
          </li>
        )}
        {providers.map((provider) => (
          <ProviderCard
            key={provider.id}
            provider={provider}
            kind={kinds.find(({ kind }) => kind === provider.kind)}
            defaultModel={default_model.id}
          />
        ))}
      </ul>
      <section aria-labelledby="add" className="grid gap-3">
        <h2 id="add" className="font-medium">
          Add a provider
        </h2>
        <ul className="divide-y divide-line rounded-card border border-line bg-raised">
          {kinds.filter(isAddable).map((kind) => (
            <Addable key={kind.kind} kind={kind} takenIds={ids} />
          ))}
        </ul>
      </section>
      {models_file.error && (
        <p role="alert" className="text-sm text-failed">
          {models_file.name}: {models_file.error}
        </p>
      )}
    </>
  );
}

/** A kind of provider that is not here yet: a press opens what it needs. */
function Addable({ kind, takenIds }: { kind: KindView; takenIds: readonly string[] }) {
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  const word = kind.needs_base_url ? 'Add a server' : 'Paste a key';
  return (
    <li className="grid gap-4 px-4 py-2">
      <div className="flex flex-wrap items-center gap-x-4">
        <span className="min-w-0 flex-1">{kind.label}</span>
        <Button
          kind="bare"
          aria-expanded={isOpen}
          aria-label={`${word}: ${kind.label}`}
          onClick={() => setOpen(!isOpen)}
        >
          {word}
        </Button>
      </div>
      {isOpen && (
        <div className="pb-2">
          {kind.needs_base_url ? (
            <ServerForm kind={kind} takenIds={takenIds} onDone={close} />
          ) : (
            <KeyForm id={kind.kind} kind={kind.kind} label={kind.label} keysPage={kind.keys_page} onDone={close} />
          )}
        </div>
      )}
    </li>
  );
}
