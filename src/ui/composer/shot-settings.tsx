'use client';
import { SlidersHorizontal } from 'lucide-react';
import { Popover } from 'radix-ui';
import type { ApiError } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { Checkbox } from '#ui/base/checkbox.tsx';
import { Select } from '#ui/base/select.tsx';
import { useStoredFlag } from '#ui/browser/stored.ts';
import { ModelPicker } from '#ui/models/model-picker.tsx';
import { priorities } from '#ui/priorities.ts';
import type { Models, ModelView, Priority } from '#ui/shapes.ts';
import { sizeName } from '#ui/slate.ts';
import { type Draft, offer } from './draft.ts';

type Props = {
  draft: Draft;
  change(patch: Partial<Draft>): void;
  models: Models | undefined;
  model: ModelView | undefined;
  fault: ApiError | null;
};

const counts = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => ({ value: String(n), label: `×${n}` }));

/** Model, size, seconds, how many; and what is rarely touched, behind one button. */
export function ShotSettings({ draft, change, models, model, fault }: Props) {
  const { sizes, seconds, size, secondsChosen } = offer(draft, model);
  return (
    <>
      {model ? (
        <ModelPicker
          label="Model"
          models={models?.models ?? []}
          value={model.id}
          invalid={fault?.param === 'model'}
          onChange={(id) => change({ model: id })}
        />
      ) : (
        <span className="h-9 w-40 rounded-control bg-lifted" />
      )}
      <Select
        mono
        label="Size"
        value={size}
        invalid={fault?.param === 'size'}
        options={sizes.map((value) => ({ value, label: sizeName(value), note: shapeName(value) }))}
        onChange={(value) => change({ size: value })}
      />
      <Select
        mono
        label="Seconds"
        value={secondsChosen}
        invalid={fault?.param === 'seconds'}
        options={seconds.map((value) => ({ value, label: `${value} s` }))}
        onChange={(value) => change({ seconds: value })}
      />
      <Select
        mono
        label="Takes"
        value={String(draft.count)}
        invalid={fault?.param === 'count'}
        options={counts}
        onChange={(value) => change({ count: Number(value) })}
      />
      <More draft={draft} change={change} isInvalid={fault?.param === 'seed'} />
    </>
  );
}

function More({ draft, change, isInvalid }: Pick<Props, 'draft' | 'change'> & { isInvalid: boolean }) {
  const [stays, setStays] = useStoredFlag('stay');
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button kind="icon" aria-label="More settings" title="More">
          <SlidersHorizontal aria-hidden className="size-4" />
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          aria-label="More settings"
          sideOffset={6}
          className="appear z-40 grid w-72 gap-4 rounded-card border border-line bg-lifted p-4 text-sm"
        >
          <label className="grid gap-1">
            <span className="text-soft">Seed</span>
            <input
              inputMode="numeric"
              value={draft.seed}
              placeholder="chosen at random"
              aria-invalid={isInvalid || undefined}
              onChange={({ target }) => change({ seed: target.value.replace(/\D/g, '').slice(0, 10) })}
              className="h-9 rounded-control border border-line bg-raised px-2.5 font-mono placeholder:font-sans placeholder:text-faint pointer-coarse:h-11"
            />
          </label>
          <div className="grid gap-1">
            <span className="text-soft">Place in line</span>
            <Select
              label="Priority"
              value={draft.priority}
              options={priorities}
              onChange={(value) => change({ priority: value as Priority })}
              className="max-w-none justify-between bg-raised"
            />
          </div>
          <Checkbox label="Open a take when it starts" checked={!stays} onChange={(opens) => setStays(!opens)} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function shapeName(size: string): string {
  const [width = 1, height = 1] = size.split('x').map(Number);
  return width === height ? 'square' : width > height ? 'landscape' : 'portrait';
}
