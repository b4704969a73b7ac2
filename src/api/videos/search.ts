import type { Provider } from '#engine/system.ts';
import type { Attempt, Video } from '#video/video.ts';

/** What is done to find a job whose answer was lost; null where none is missed. */
export function searchOf(
  { state }: Video,
  attempt: Attempt | undefined,
  provider: Provider | undefined,
): string | null {
  if (state !== 'unknown' && state !== 'needs_decision') return null;
  if (provider?.list) return 'We look through its jobs every few minutes.';
  if (attempt?.watch.webhook) return 'This provider does not list its jobs: we wait for its call.';
  return 'This provider does not list its jobs: only its own pages can tell.';
}
