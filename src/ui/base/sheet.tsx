'use client';
import { X } from 'lucide-react';
import { Dialog as D } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';

type Props = {
  open: boolean;
  onOpenChange(open: boolean): void;
  title: string;
  children: ReactNode;
};

/** A small dialog: one question or one list. */
export function Sheet({ open, onOpenChange, title, children }: Props) {
  return (
    <D.Root open={open} onOpenChange={onOpenChange}>
      <D.Portal>
        <D.Overlay className="appear fixed inset-0 z-50 grid place-items-end overflow-y-auto bg-room/75 sm:place-items-center sm:p-6">
          <D.Content
            aria-describedby={undefined}
            data-sheet
            className="w-full rounded-t-card border border-line bg-raised p-5 sm:max-w-lg sm:rounded-card"
          >
            <div className="mb-3 flex items-start justify-between gap-4">
              <D.Title className="text-lg font-medium">{title}</D.Title>
              <D.Close asChild>
                <Button kind="icon" aria-label="Close" className="-mt-1 -mr-1">
                  <X aria-hidden className="size-4" />
                </Button>
              </D.Close>
            </div>
            {children}
          </D.Content>
        </D.Overlay>
      </D.Portal>
    </D.Root>
  );
}
