'use client';
import { useSyncExternalStore } from 'react';

/** Pictures that were dropped in this tab, by the id of their upload: they stand behind the leader while it runs. */
const pictures = new Map<string, string>();
const listeners = new Set<() => void>();

export function rememberFirstFrame(fileId: string, url: string): void {
  pictures.set(fileId, url);
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useFirstFrame = (fileId: string | undefined): string | undefined =>
  useSyncExternalStore(
    subscribe,
    () => (fileId ? pictures.get(fileId) : undefined),
    () => undefined,
  );
