import type { VideoView } from './shapes.ts';

/** What a take means for the person looking at it; each has one colour. */
export type Phase = 'waiting' | 'working' | 'needs_you' | 'ready' | 'failed' | 'canceled';

export function phaseOf(video: Pick<VideoView, 'state' | 'attention'>): Phase {
  if (video.state === 'completed') return 'ready';
  if (video.state === 'failed') return 'failed';
  if (video.state === 'canceled') return 'canceled';
  if (video.state === 'needs_decision' || video.attention?.needs_person) return 'needs_you';
  if (video.state === 'queued') return 'waiting';
  return 'working';
}

/** Nothing more comes by itself. */
export const isOver = (video: Pick<VideoView, 'state'>): boolean =>
  video.state === 'completed' || video.state === 'failed' || video.state === 'canceled';

/** From when a take's time counts: queueing is not rendering. */
export const startedAt = (video: Pick<VideoView, 'accepted_at' | 'created_at'>): number =>
  Date.parse(video.accepted_at ?? video.created_at);

export const phaseWords: Record<Phase, string> = {
  waiting: 'Queued',
  working: 'Working',
  needs_you: 'Needs you',
  ready: 'Ready',
  failed: 'Failed',
  canceled: 'Canceled',
};

export const phaseInk: Record<Phase, string> = {
  waiting: 'text-soft',
  working: 'text-working',
  needs_you: 'text-needs-you',
  ready: 'text-ready',
  failed: 'text-failed',
  canceled: 'text-faint',
};
