'use client';
import { ArrowRight, X } from 'lucide-react';
import { useState } from 'react';
import { Button } from '#ui/base/button.tsx';
import { Checkbox } from '#ui/base/checkbox.tsx';
import { ModelPicker } from '#ui/models/model-picker.tsx';
import type { ModelView } from '#ui/shapes.ts';
import type { Fallbacks as FallbackSettings } from './settings-api.ts';
import { useFallbacks, useSaveFallbacks } from './use-settings.ts';

/** Where a take goes when its provider does not take it. Every change is saved at once. */
export function Fallbacks({ models }: { models: readonly ModelView[] }) {
  const { data } = useFallbacks();
  const save = useSaveFallbacks();
  if (!data) return null;
  const change = (patch: Partial<FallbackSettings>) => save.mutate({ ...data, ...patch });
  const drop = (from: string) => {
    const { [from]: _, ...rest } = data.models;
    change({ models: rest });
  };
  return (
    <section aria-labelledby="fallbacks" className="grid gap-4">
      <div className="grid gap-2">
        <h2 id="fallbacks" className="font-medium">
          Fallbacks
        </h2>
        <p className="max-w-prose text-sm text-soft text-pretty">
          A take that its provider has no room for, or that cannot reach it, goes to another model. Only one that
          nothing was paid for moves.
        </p>
      </div>
      <div className="grid gap-1">
        <Checkbox label="Use fallbacks" checked={data.enabled} onChange={(enabled) => change({ enabled })} />
        {data.enabled && (
          <Checkbox
            label="Also to a dearer model, as far as the daily cap has room"
            checked={data.dearer}
            onChange={(dearer) => change({ dearer })}
          />
        )}
      </div>
      {data.enabled && Object.keys(data.models).length > 0 && (
        <ul className="divide-y divide-line rounded-card border border-line bg-raised">
          {Object.entries(data.models).map(([from, to]) => (
            <li key={from} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-sm">
              <span className="wrap-anywhere">{nameOf(models, from)}</span>
              <ArrowRight aria-hidden className="size-3.5 shrink-0 text-faint" />
              <span className="wrap-anywhere">{to.map((id) => nameOf(models, id)).join(', then ')}</span>
              <Button
                kind="icon"
                className="ml-auto"
                aria-label={`Forget the fallback of ${nameOf(models, from)}`}
                disabled={save.isPending}
                onClick={() => drop(from)}
              >
                <X aria-hidden className="size-4" />
              </Button>
            </li>
          ))}
        </ul>
      )}
      {data.enabled && (
        <NewFallback
          models={models}
          isPending={save.isPending}
          onPut={(from, to) => change({ models: { ...data.models, [from]: [...(data.models[from] ?? []), to] } })}
        />
      )}
      {save.isError && (
        <p role="alert" className="text-sm text-failed">
          {save.error.message}
        </p>
      )}
    </section>
  );
}

const nameOf = (models: readonly ModelView[], id: string): string => models.find((m) => m.id === id)?.label ?? id;

type NewProps = { models: readonly ModelView[]; isPending: boolean; onPut(from: string, to: string): void };

function NewFallback({ models, isPending, onPut }: NewProps) {
  const [from, setFrom] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  const add = () => {
    if (!from || !to) return;
    onPut(from, to);
    setFrom(null);
    setTo(null);
  };
  return (
    <fieldset className="flex flex-wrap items-center gap-3 text-sm">
      <legend className="sr-only">New fallback</legend>
      <ModelPicker label="From" placeholder="From a model" models={models} value={from} onChange={setFrom} />
      <ArrowRight aria-hidden className="size-3.5 shrink-0 text-faint" />
      <ModelPicker
        label="To"
        placeholder="to another"
        models={models.filter(({ id }) => id !== from)}
        value={to}
        onChange={setTo}
      />
      <Button disabled={!from || !to || isPending} onClick={add}>
        Add
      </Button>
    </fieldset>
  );
}
