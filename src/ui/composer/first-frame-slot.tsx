'use client';
import { ImagePlus, X } from 'lucide-react';
import { useRef } from 'react';
import { Button } from '#ui/base/button.tsx';
import type { FirstFrame } from './use-first-frame-upload.ts';

type Props = { frame: FirstFrame | null; isUploading: boolean; onAdd(file: File): void; onClear(): void };

export function FirstFrameSlot({ frame, isUploading, onAdd, onClear }: Props) {
  const input = useRef<HTMLInputElement>(null);
  if (frame) {
    return (
      <div className="flex items-center gap-2 text-sm text-soft">
        <img src={frame.url} alt={`First frame: ${frame.name}`} className="h-9 rounded-control border border-line" />
        First frame
        <Button kind="icon" aria-label="Take the first frame away" onClick={onClear}>
          <X aria-hidden className="size-4" />
        </Button>
      </div>
    );
  }
  return (
    <>
      <Button kind="bare" disabled={isUploading} onClick={() => input.current?.click()} className="-ml-2.5">
        <ImagePlus aria-hidden className="size-4" />
        {isUploading ? 'Uploading…' : 'Drop or paste a first frame'}
      </Button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        aria-label="First frame"
        className="hidden"
        onChange={({ target }) => {
          const file = target.files?.[0];
          if (file) onAdd(file);
          target.value = '';
        }}
      />
    </>
  );
}
