import { CircleAlert, CircleCheck, CircleX, Clock, type LucideIcon, Pause, RefreshCw } from 'lucide-react';
import type { Delivery, Webhook, WebhookEvent } from './webhooks-api.ts';

type Look = { word: string; ink: string; icon: LucideIcon };

/** What one may be told, in the order of how much it is. */
export const eventWords: readonly { event: WebhookEvent; word: string }[] = [
  { event: 'video.completed', word: 'A clip is ready' },
  { event: 'video.failed', word: 'A take failed or was canceled' },
  { event: 'video.attention', word: 'A take needs attention' },
  { event: 'video.progress', word: 'A take goes on, at most every 5 % or 10 s' },
];

export function webhookLook({ state }: Webhook): Look {
  if (state === 'paused') return { word: 'Paused', ink: 'text-needs-you', icon: Pause };
  if (state === 'failing') return { word: 'Does not arrive', ink: 'text-failed', icon: CircleAlert };
  return { word: 'On', ink: 'text-soft', icon: CircleCheck };
}

export function deliveryLook({ state, tries }: Delivery): Look {
  if (state === 'delivered') return { word: 'Delivered', ink: 'text-ready', icon: CircleCheck };
  if (state === 'failed') return { word: 'Failed', ink: 'text-failed', icon: CircleX };
  if (state === 'held') return { word: 'Held', ink: 'text-needs-you', icon: Pause };
  return tries > 0
    ? { word: 'Tried again', ink: 'text-soft', icon: RefreshCw }
    : { word: 'On its way', ink: 'text-soft', icon: Clock };
}

/** How its tries went: "answered 200", "it answered 503 · 3 tries". */
export function outcomeOf({ last_error, last_status, tries }: Delivery): string | null {
  const said = last_error ?? (last_status === null ? null : `answered ${last_status}`);
  return said && tries > 1 ? `${said} · ${tries} tries` : said;
}
