'use client';
import { ImagePlus, Link2, X } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { filePath } from '#ui/api.ts';
import { Button } from '#ui/base/button.tsx';
import type { FirstFrame } from './draft.ts';

type Props = { frame: FirstFrame | null; isUploading: boolean; onAdd(source: File | string): void; onClear(): void };

/** The picture that the clip begins with, or the ways to give one. */
export function FirstFrameSlot({ frame, isUploading, onAdd, onClear }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [asksLink, setAsksLink] = useState(false);
  if (frame) {
    return (
      <div className="flex items-center gap-2 text-sm text-soft">
        <img
          src={filePath(frame.id)}
          alt={`First frame: ${frame.name}`}
          className="h-9 max-w-32 rounded-control border border-line object-cover"
        />
        First frame
        <Button kind="icon" aria-label="Take the first frame away" onClick={onClear}>
          <X aria-hidden className="size-4" />
        </Button>
      </div>
    );
  }
  return (
    <div className="-ml-2.5 flex flex-wrap items-center">
      <Button kind="bare" disabled={isUploading} onClick={() => input.current?.click()}>
        <ImagePlus aria-hidden className="size-4" />
        {isUploading ? 'Taking it in…' : 'Drop or paste a first frame'}
      </Button>
      <Button kind="bare" disabled={isUploading} aria-expanded={asksLink} onClick={() => setAsksLink(!asksLink)}>
        <Link2 aria-hidden className="size-4" />
        By link
      </Button>
      {asksLink && (
        <LinkField
          isPending={isUploading}
          onGive={(link) => {
            setAsksLink(false);
            onAdd(link);
          }}
        />
      )}
      <input
        ref={input}
        type="file"
        accept="image/png,image/jpeg,image/webp"
        aria-label="First frame"
        className="hidden"
        onChange={({ target }) => {
          const file = target.files?.[0];
          if (file) onAdd(file);
          target.value = '';
        }}
      />
    </div>
  );
}

/** Inside the form of the shot: Enter gives the link, and does not send the shot. */
function LinkField({ isPending, onGive }: { isPending: boolean; onGive(link: string): void }) {
  const [link, setLink] = useState('');
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    if (link.trim()) onGive(link.trim());
  };
  return (
    <span className="flex w-full gap-2 pb-1 pl-2.5">
      <input
        type="url"
        value={link}
        // biome-ignore lint/a11y/noAutofocus: it was opened by a press, to be written into.
        autoFocus
        aria-label="Link to the first frame"
        placeholder="https://…"
        onChange={({ target }) => setLink(target.value)}
        onKeyDown={press}
        className="h-9 min-w-0 flex-1 rounded-control border border-line bg-transparent px-2.5 font-mono text-sm placeholder:text-faint pointer-coarse:h-11"
      />
      <Button disabled={!link.trim() || isPending} onClick={() => onGive(link.trim())}>
        Use it
      </Button>
    </span>
  );
}
