'use client';
import { useEffect, useRef, useState } from 'react';
import { ApiError } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { KeyCap } from '#ui/base/key-cap.tsx';
import { useCommandKey } from '#ui/browser/use-command-key.ts';
import { cn } from '#ui/class-names.ts';
import { useModels } from '#ui/use-models.ts';
import { useSession } from '#ui/use-session.ts';
import { ConfirmCost } from './confirm-cost.tsx';
import { bodyOf, examplePrompt, frameFaultOf, modelOf, useDraft } from './draft.ts';
import { Estimate } from './estimate.tsx';
import { Fault } from './fault.tsx';
import { FirstFrameSlot } from './first-frame-slot.tsx';
import { ShotSettings } from './shot-settings.tsx';
import { pictureIn, useFirstFrame } from './use-first-frame.ts';
import { useGenerate } from './use-generate.ts';

/** Fields with a place of their own for what is wrong with them. */
const placed = ['prompt', 'inputs'];

/** Where a shot is described. */
export function Composer() {
  const { draft, change, isFresh } = useDraft();
  const { data: session } = useSession();
  const models = useModels();
  const firstFrame = useFirstFrame((frame) => change({ firstFrame: frame }));
  const generate = useGenerate();
  const commandKey = useCommandKey();
  const area = useRef<HTMLTextAreaElement>(null);
  const [isOver, setOver] = useState(false);

  useEffect(() => {
    if (isFresh && session?.first_run) change({ prompt: examplePrompt });
  }, [isFresh, session, change]);

  const model = modelOf(draft, models.data);
  const fault = generate.error instanceof ApiError ? generate.error : null;
  const toConfirm = fault?.code === 'confirm_cost' ? fault.costUsd : null;
  const faultOf = (param: string) => (fault?.param === param ? fault : null);
  const frameFault = frameFaultOf(draft, model);
  const isEmpty = draft.prompt.trim() === '';

  const submit = (maxCostUsd?: number) => {
    if (isEmpty || generate.isPending || firstFrame.isUploading || frameFault) return;
    generate.mutate(
      { ...bodyOf(draft, model), max_cost_usd: maxCostUsd },
      // What comes next is either a change to these words or others in their place.
      { onSuccess: () => area.current?.select() },
    );
  };

  return (
    <form
      aria-label="New shot"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const picture = pictureIn(event.dataTransfer);
        if (picture) firstFrame.add(picture);
      }}
      className={cn(
        'rounded-card border border-line bg-raised transition-colors focus-within:border-faint',
        isOver && 'border-ink',
      )}
    >
      <label htmlFor="prompt" className="sr-only">
        Describe a shot
      </label>
      <textarea
        ref={area}
        id="prompt"
        name="prompt"
        rows={2}
        value={draft.prompt}
        placeholder="Describe a shot…"
        aria-invalid={faultOf('prompt') ? true : undefined}
        aria-describedby={faultOf('prompt') ? 'prompt-fault' : undefined}
        onChange={({ target }) => {
          change({ prompt: target.value });
          if (generate.isError) generate.reset();
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return;
          event.preventDefault();
          submit();
        }}
        onPaste={(event) => {
          const picture = pictureIn(event.clipboardData);
          if (picture instanceof File) firstFrame.add(picture);
        }}
        className="block field-sizing-content max-h-[45vh] min-h-22 w-full resize-none rounded-t-card bg-transparent px-4 pt-4 pb-2 text-lg outline-none placeholder:text-faint sm:px-5"
      />
      <Fault error={faultOf('prompt')} id="prompt-fault" className="px-4 pb-2 sm:px-5" />
      <div className="px-4 pb-2 sm:px-5">
        <FirstFrameSlot
          frame={draft.firstFrame}
          isUploading={firstFrame.isUploading}
          onAdd={firstFrame.add}
          onClear={firstFrame.clear}
        />
        {frameFault && <p className="text-sm text-soft">{frameFault}</p>}
        <Fault error={firstFrame.error ?? faultOf('inputs')} />
      </div>
      <div className="flex flex-wrap items-center gap-2 border-t border-line p-3 sm:px-5">
        <ShotSettings draft={draft} change={change} models={models.data} model={model} fault={fault} />
        <div className="ml-auto flex flex-wrap items-center justify-end gap-x-4 gap-y-2 max-sm:w-full">
          {model && <Estimate model={model} draft={draft} />}
          <Button
            type="submit"
            kind="primary"
            aria-disabled={isEmpty || generate.isPending || frameFault !== null}
            className="max-sm:flex-1"
          >
            {generate.isPending ? 'Sending…' : draft.count > 1 ? `Generate ${draft.count} takes` : 'Generate'}
            <span className="flex gap-0.5 pointer-coarse:hidden">
              <KeyCap>{commandKey}</KeyCap>
              <KeyCap>↵</KeyCap>
            </span>
          </Button>
        </div>
        {toConfirm === null && !placed.includes(fault?.param ?? '') && (
          <Fault error={generate.error} className="w-full" />
        )}
      </div>
      <ConfirmCost
        costUsd={toConfirm}
        count={draft.count}
        onClose={generate.reset}
        onAgree={() => toConfirm !== null && submit(toConfirm)}
      />
    </form>
  );
}
