import type { VideoView } from '#api/wire.ts';
import { isFailingToCopy } from '#video/collection.ts';
import { type Attempt, isTerminal, type Video } from '#video/video.ts';

type Attention = NonNullable<VideoView['attention']>;

/** A provider that answers nothing usable for so long is silent; before that it is an ordinary hiccup. */
const silentAfterMs = 60_000;

/** Why a person should look at this take, from row and now; null = all is well. The gravest reason wins. */
export function attentionOf(
  video: Video,
  attempt: Attempt | undefined,
  now: Date,
  isConfigured: (provider: string) => boolean,
  /** The provider's circuit is open since then. */
  openedAt: Date | null = null,
): Attention | null {
  if (video.state === 'needs_decision') {
    const since = attempt?.watch.listings?.since ?? iso(attempt?.sentAt);
    const text = 'We sent this, but the answer was lost. It may be rendering, and may be billed.';
    return { code: 'decision_needed', text, since, needs_person: true };
  }
  if (isTerminal(video.state)) return null;
  if (video.poisonedAt) {
    const text = 'The last step of this take could not be written down. It is tried again every hour.';
    return { code: 'poisoned', text, since: iso(video.poisonedAt), needs_person: true };
  }
  if (!isConfigured(video.provider)) {
    const text = `The provider ${video.provider} is not configured any more. This take waits until it is back.`;
    return { code: 'provider_missing', text, since: null, needs_person: true };
  }
  const trouble = attempt?.watch.trouble;
  if (trouble?.kind === 'auth') {
    const text = 'The provider refuses our key. Check it; this take goes on as soon as it works again.';
    return { code: 'key_refused', text, since: trouble.since, needs_person: true };
  }
  if (trouble?.kind === 'rate_limited') {
    const text = 'The provider asks us to wait. We look again as soon as it allows.';
    return { code: 'rate_limited', text, since: trouble.since, needs_person: false };
  }
  if (trouble && now.getTime() - Date.parse(trouble.since) >= silentAfterMs) {
    const text = 'The provider gives no usable answer. We keep asking.';
    return { code: 'provider_silent', text, since: trouble.since, needs_person: false };
  }
  if (openedAt && now.getTime() - openedAt.getTime() >= silentAfterMs) {
    const text = 'The provider does not answer. This take goes on as soon as it does.';
    return { code: 'provider_silent', text, since: iso(openedAt), needs_person: false };
  }
  if (video.state === 'storing' && attempt && isFailingToCopy(attempt)) {
    const text = `The clip is done, and cannot be copied just now: ${attempt.watch.downloads?.reason} We go on trying.`;
    return { code: 'copy_failing', text, since: null, needs_person: true };
  }
  if (video.state === 'overdue') {
    const text = 'This takes longer than it should. We keep looking; a late clip is still kept.';
    return { code: 'overdue', text, since: iso(video.deadlineAt), needs_person: false };
  }
  return null;
}

const iso = (at: Date | null | undefined): string | null => at?.toISOString() ?? null;
