'use client';
import { useEffect, useRef, useState } from 'react';
import { ApiError } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import { KeyCap } from '#ui/base/key-cap.tsx';
import { cn } from '#ui/class-names.ts';
import { useCommandKey } from '#ui/use-command-key.ts';
import { useModels } from '#ui/use-models.ts';
import { useSession } from '#ui/use-session.ts';
import { bodyOf, examplePrompt, useDraft } from './draft.ts';
import { FirstFrameSlot } from './first-frame-slot.tsx';
import { Estimate, ShotSettings } from './shot-settings.tsx';
import { imageIn, useFirstFrameUpload } from './use-first-frame-upload.ts';
import { useGenerate } from './use-generate.ts';

const settingFields = ['model', 'size', 'seconds', 'seed', 'count'];

/** Where a shot is described. */
export function Composer() {
  const { draft, change, isFresh } = useDraft();
  const { data: session } = useSession();
  const models = useModels();
  const firstFrame = useFirstFrameUpload();
  const generate = useGenerate();
  const commandKey = useCommandKey();
  const area = useRef<HTMLTextAreaElement>(null);
  const [isOver, setOver] = useState(false);

  useEffect(() => {
    if (isFresh && session?.first_run) change({ prompt: examplePrompt });
  }, [isFresh, session, change]);

  const catalogue = models.data?.models ?? [];
  const model = catalogue.find(({ id }) => id === (draft.model || models.data?.default)) ?? catalogue[0];
  const fault = generate.error instanceof ApiError ? generate.error : null;
  const promptFault = fault?.param === 'prompt' ? fault.message : null;
  const isEmpty = draft.prompt.trim() === '';

  const submit = () => {
    if (isEmpty || generate.isPending || firstFrame.isUploading) return;
    generate.mutate(bodyOf(draft, model, firstFrame.frame ? [firstFrame.frame.id] : []), {
      // What comes next is either a change to these words or others in their place.
      onSuccess: () => area.current?.select(),
    });
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
        const file = imageIn(event.dataTransfer);
        if (file) firstFrame.add(file);
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
        aria-invalid={promptFault ? true : undefined}
        aria-describedby={promptFault ? 'prompt-fault' : undefined}
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
          const file = imageIn(event.clipboardData);
          if (file) firstFrame.add(file);
        }}
        className="block field-sizing-content max-h-[45vh] min-h-22 w-full resize-none rounded-t-card bg-transparent px-4 pt-4 pb-2 text-lg outline-none placeholder:text-faint sm:px-5"
      />
      {promptFault && (
        <p id="prompt-fault" role="alert" className="px-4 pb-2 text-sm text-failed sm:px-5">
          {promptFault}
        </p>
      )}
      <div className="px-4 pb-2 sm:px-5">
        <FirstFrameSlot
          frame={firstFrame.frame}
          isUploading={firstFrame.isUploading}
          onAdd={firstFrame.add}
          onClear={firstFrame.clear}
        />
        {(firstFrame.error || fault?.param === 'inputs') && (
          <p role="alert" className="text-sm text-failed">
            {firstFrame.error?.message ?? fault?.message}
          </p>
        )}
      </div>
      <div className="flex flex-wrap items-center gap-2 border-t border-line p-3 sm:px-5">
        <ShotSettings draft={draft} change={change} models={models.data} model={model} fault={fault} />
        <div className="ml-auto flex flex-wrap items-center justify-end gap-x-4 gap-y-2 max-sm:w-full">
          {model && <Estimate model={model} count={draft.count} />}
          <Button type="submit" kind="primary" aria-disabled={isEmpty || generate.isPending} className="max-sm:flex-1">
            {generate.isPending ? 'Sending…' : draft.count > 1 ? `Generate ${draft.count} takes` : 'Generate'}
            <span className="flex gap-0.5 pointer-coarse:hidden">
              <KeyCap>{commandKey}</KeyCap>
              <KeyCap>↵</KeyCap>
            </span>
          </Button>
        </div>
        {generate.error && !promptFault && !(fault?.param && [...settingFields, 'inputs'].includes(fault.param)) && (
          <p role="alert" className="w-full text-sm text-failed">
            {generate.error.message}
          </p>
        )}
        {fault?.param && settingFields.includes(fault.param) && (
          <p role="alert" id="setting-fault" className="w-full text-sm text-failed">
            {fault.message}
          </p>
        )}
      </div>
    </form>
  );
}
