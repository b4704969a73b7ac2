'use client';
import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import { PauseButton } from '#ui/admin/pause-button.tsx';
import { Button } from '#ui/base/button.tsx';
import { cn } from '#ui/class-names.ts';
import { ModelPicker } from '#ui/models/model-picker.tsx';
import { clock } from '#ui/time.ts';
import { useModelList } from '#ui/use-models.ts';
import { KeyForm } from './key-form.tsx';
import { abilities, keyWords, stateLook } from './provider-words.ts';
import { RemoveSheet } from './remove-sheet.tsx';
import { ServerForm } from './server-form.tsx';
import type { KindView, ProviderSettings } from './settings-api.ts';
import { TestResult } from './test-result.tsx';
import { useDefaultModel, useSaveProvider, useTestProvider } from './use-settings.ts';

type Props = {
  provider: ProviderSettings;
  /** What it is one of; undefined for the built-in simulator. */
  kind: KindView | undefined;
  defaultModel: string;
};

/** One provider: how it stands, where its key comes from, and everything that can be done with it. */
export function ProviderCard({ provider, kind, defaultModel }: Props) {
  const [asks, setAsks] = useState<'key' | 'change' | 'remove' | null>(null);
  const test = useTestProvider(provider.id);
  const save = useSaveProvider();
  const { word, ink, icon: Icon } = stateLook(provider);
  const done = () => setAsks(null);
  const open = (what: NonNullable<typeof asks>) => {
    test.reset();
    setAsks(asks === what ? null : what);
  };
  return (
    <li
      aria-labelledby={`provider-${provider.id}`}
      className="grid gap-4 rounded-card border border-line bg-raised p-4"
    >
      <div className="flex items-start justify-between gap-x-6 gap-y-3 max-sm:flex-col">
        <div className="grid min-w-0 gap-0.5">
          <h2 id={`provider-${provider.id}`} className="font-medium wrap-anywhere">
            {provider.name}
            {provider.default && <span className="ml-2 text-sm font-normal text-soft">default</span>}
          </h2>
          <p className={cn('flex items-center gap-1.5 text-sm', ink)}>
            <Icon aria-hidden className="size-3.5 shrink-0" />
            {word}
          </p>
          <Facts>{[provider.host, keyWords(provider)]}</Facts>
          {provider.state === 'ready' && <Facts>{abilities(provider)}</Facts>}
        </div>
        {provider.state === 'ready' && <DefaultChoice provider={provider} defaultModel={defaultModel} />}
      </div>
      {kind && (
        <div className="flex flex-wrap gap-2">
          {provider.state === 'off' && (
            <Button
              disabled={save.isPending}
              onClick={() => save.mutate({ id: provider.id, kind: provider.kind, enabled: true })}
            >
              Switch on
            </Button>
          )}
          {provider.free_test && provider.state === 'ready' && (
            <Button disabled={test.isPending} title="Asks it something that is free" onClick={() => test.mutate()}>
              <FlaskConical aria-hidden className="size-4" />
              {test.isPending ? 'Testing…' : 'Test for free'}
            </Button>
          )}
          <Button aria-expanded={asks === 'key'} onClick={() => open('key')}>
            {provider.key ? 'Replace the key' : 'Paste a key'}
          </Button>
          {kind.needs_base_url && provider.removable && (
            <Button aria-expanded={asks === 'change'} onClick={() => open('change')}>
              Change
            </Button>
          )}
          {provider.state === 'ready' && <PauseButton id={provider.id} isPaused={provider.paused_at !== null} />}
          {provider.state === 'ready' && (
            <Button
              kind="bare"
              disabled={save.isPending}
              title="Its models are not offered any more; what runs there is watched to its end"
              onClick={() => save.mutate({ id: provider.id, kind: provider.kind, enabled: false })}
            >
              Switch off
            </Button>
          )}
          {provider.removable && (
            <Button kind="bare" onClick={() => open('remove')}>
              Remove
            </Button>
          )}
        </div>
      )}
      <TestResult {...resultOf({ test, last: provider.last_test })} />
      {save.isError && (
        <p role="alert" className="text-sm text-failed">
          {save.error.message}
        </p>
      )}
      {asks === 'key' && kind && (
        <KeyForm
          id={provider.id}
          kind={provider.kind}
          label={provider.name}
          keysPage={kind.keys_page}
          host={provider.host}
          onDone={done}
        />
      )}
      {asks === 'change' && kind && <ServerForm kind={kind} provider={provider} takenIds={[]} onDone={done} />}
      <RemoveSheet provider={provider} open={asks === 'remove'} onClose={done} />
    </li>
  );
}

/** What is known, in one quiet line. */
function Facts({ children }: { children: (string | null)[] }) {
  const facts = children.filter((fact) => fact !== null);
  return facts.length > 0 ? <p className="text-sm text-soft wrap-anywhere">{facts.join(' · ')}</p> : null;
}

/** Makes one of its models that of everybody who asks for none. */
function DefaultChoice({ provider, defaultModel }: { provider: ProviderSettings; defaultModel: string }) {
  const own = useModelList().filter((model) => model.provider === provider.id);
  const choose = useDefaultModel();
  const [only, second] = own;
  if (!only) return null;
  return (
    <div className="grid gap-1">
      {second ? (
        <ModelPicker
          label={provider.default ? 'Default model' : `Make a model of ${provider.name} the default`}
          models={own}
          value={provider.default ? defaultModel : null}
          placeholder="Make default…"
          onChange={(id) => choose.mutate(id)}
        />
      ) : (
        !provider.default && (
          <Button disabled={choose.isPending} onClick={() => choose.mutate(only.id)}>
            Make default
          </Button>
        )
      )}
      {choose.isError && (
        <p role="alert" className="text-sm text-failed">
          {choose.error.message}
        </p>
      )}
    </div>
  );
}

type Tested = { test: ReturnType<typeof useTestProvider>; last: ProviderSettings['last_test'] };

/** What the free question brought: just now, else the last time. */
function resultOf({ test, last }: Tested) {
  const now = test.error?.message ?? test.data?.message;
  const isWell = now ? test.data?.outcome === 'ok' : last?.ok === true;
  return { isWell, said: now ?? (last && `${last.message} Tested ${clock(last.at, new Date())}.`) };
}
