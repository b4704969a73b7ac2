'use client';
import { useEffect } from 'react';
import { readStored, useStored, writeStored } from '#ui/browser/stored.ts';
import { phaseOf } from '#ui/phase.ts';
import type { VideoView } from '#ui/shapes.ts';
import { canNotify } from './can-notify.ts';

/** A take that is watched for so long is a slow one. */
export const slowMs = 60_000;

/** What this browser remembers: null until a take was slow, then "wanted" until the question is answered. */
const name = 'notify';

/** Somebody left a take while it ran: the moment to ask whether to tell when it is ready. Asks only once. */
export function wantToBeTold(): void {
  if (readStored(name) === null) writeStored(name, 'wanted');
}

export const answerNotifyAsk = (): void => writeStored(name, 'asked');

/** Whether to ask now. The first take that is watched for a minute raises the question. */
export function useNotifyAsk(underWay: readonly VideoView[]): boolean {
  const remembered = useStored(name);
  const oldest = underWay.find((video) => phaseOf(video) !== 'needs_you')?.id;
  useEffect(() => {
    if (!oldest) return;
    const timer = setTimeout(wantToBeTold, slowMs);
    return () => clearTimeout(timer);
  }, [oldest]);
  return remembered === 'wanted' && canNotify() && Notification.permission === 'default';
}
