'use client';
import { useCallback, useSyncExternalStore } from 'react';

const changed = 'dailies-stored';

/** A value that this browser remembers, as text. Storage may be shut (private windows): then it lasts as long as the page. */
const fallback = new Map<string, string>();

export function readStored(name: string): string | null {
  try {
    return localStorage.getItem(`dailies.${name}`) ?? fallback.get(name) ?? null;
  } catch {
    return fallback.get(name) ?? null;
  }
}

export function writeStored(name: string, value: string): void {
  fallback.set(name, value);
  try {
    localStorage.setItem(`dailies.${name}`, value);
  } catch {
    // Full or shut: the value in memory stands in.
  }
  dispatchEvent(new Event(changed));
}

function subscribe(listener: () => void): () => void {
  addEventListener(changed, listener);
  addEventListener('storage', listener);
  return () => {
    removeEventListener(changed, listener);
    removeEventListener('storage', listener);
  };
}

/** A text that this browser remembers; null until one was written, and while the server draws. */
export function useStored(name: string): string | null {
  const read = useCallback(() => readStored(name), [name]);
  return useSyncExternalStore(subscribe, read, () => null);
}

/** A yes or no that this browser remembers. */
export function useStoredFlag(name: string): [boolean, (value: boolean) => void] {
  return [useStored(name) === 'yes', (next) => writeStored(name, next ? 'yes' : 'no')];
}
