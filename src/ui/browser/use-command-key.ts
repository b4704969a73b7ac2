'use client';
import { useSyncExternalStore } from 'react';

const subscribe = () => () => undefined;

/** What the key beside the space bar is called here. */
export const useCommandKey = (): string =>
  useSyncExternalStore(
    subscribe,
    () => (/Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl'),
    () => 'Ctrl',
  );
