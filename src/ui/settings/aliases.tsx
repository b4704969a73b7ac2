'use client';
import { ArrowRight, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { ApiError } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { Field } from '#ui/base/field.tsx';
import { ModelPicker } from '#ui/models/model-picker.tsx';
import type { ModelView } from '#ui/shapes.ts';
import type { Aliases as AliasList } from './settings-api.ts';
import { useAliases, useSaveAliases } from './use-settings.ts';

type Alias = AliasList['aliases'][number];

/** Bare names that programs ask for, and the models they mean. Every change is saved at once. */
export function Aliases({ models }: { models: readonly ModelView[] }) {
  const { data, isError, error, refetch } = useAliases();
  const save = useSaveAliases();
  const stored = Object.fromEntries(
    (data?.aliases ?? []).filter(({ from }) => from === 'stored').map(({ name, model }) => [name, model]),
  );
  const put = (name: string, model: string) => save.mutate({ ...stored, [name]: model });
  const drop = (name: string) => {
    const { [name]: _, ...rest } = stored;
    save.mutate(rest);
  };
  return (
    <section aria-labelledby="aliases" className="grid gap-4">
      <div className="grid gap-2">
        <h2 id="aliases" className="font-medium">
          Aliases
        </h2>
        <p className="max-w-prose text-sm text-soft text-pretty">
          Names that programs ask for, such as those of Sora code, and the models that they get.
        </p>
      </div>
      {isError && !data && (
        <p className="flex flex-wrap items-center gap-3 text-sm text-soft">
          {error.message} <Button onClick={() => refetch()}>Try again</Button>
        </p>
      )}
      {data && (
        <ul className="divide-y divide-line rounded-card border border-line bg-raised">
          {data.aliases.map((alias) => (
            <Line
              key={alias.name}
              alias={alias}
              models={models}
              isPending={save.isPending}
              onPut={(model) => put(alias.name, model)}
              onDrop={() => drop(alias.name)}
            />
          ))}
        </ul>
      )}
      {data && <NewAlias models={models} isPending={save.isPending} onPut={put} />}
      {save.isError && (
        <p role="alert" className="text-sm text-failed">
          {save.error instanceof ApiError ? save.error.message : 'It was not saved.'}
        </p>
      )}
    </section>
  );
}

type LineProps = {
  alias: Alias;
  models: readonly ModelView[];
  isPending: boolean;
  onPut(model: string): void;
  onDrop(): void;
};

function Line({ alias: { name, model, from, available }, models, isPending, onPut, onDrop }: LineProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2 text-sm">
      <span className="w-52 font-mono wrap-anywhere">{name}</span>
      <ArrowRight aria-hidden className="size-3.5 shrink-0 text-faint" />
      <ModelPicker
        label={`Model of ${name}`}
        models={models}
        value={from === 'stored' ? model : null}
        placeholder={from === 'stored' ? model : 'the default model'}
        onChange={onPut}
      />
      {!available && <span className="text-needs-you">Nobody offers it now.</span>}
      {from === 'stored' && (
        <Button
          kind="icon"
          className="ml-auto"
          aria-label={`Forget ${name}`}
          title="Forget this alias"
          disabled={isPending}
          onClick={onDrop}
        >
          <X aria-hidden className="size-4" />
        </Button>
      )}
    </li>
  );
}

function NewAlias({
  models,
  isPending,
  onPut,
}: {
  models: readonly ModelView[];
  isPending: boolean;
  onPut(name: string, model: string): void;
}) {
  const [name, setName] = useState('');
  const [model, setModel] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!model) return;
    onPut(name.trim(), model);
    setName('');
    setModel(null);
  };
  return (
    <form aria-label="New alias" onSubmit={submit} className="flex flex-wrap items-end gap-3">
      <Field
        label="New alias"
        value={name}
        placeholder="sora-2"
        onChange={({ target }) => setName(target.value)}
        className="w-48"
      />
      <ModelPicker label="Model of the new alias" models={models} value={model} onChange={setModel} />
      <Button type="submit" disabled={!name.trim() || !model || isPending}>
        Add
      </Button>
    </form>
  );
}
