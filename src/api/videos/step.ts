import type { VideoView } from '#api/wire.ts';
import type { Hold } from '#engine/system.ts';
import type { Video } from '#video/video.ts';

type Step = VideoView['step'];

/** What keeps a take from going on as usual: of its provider. */
type Obstacle = {
  hold?: Pick<Hold, 'pausedAt' | 'openedAt' | 'trialAt'> | undefined;
  /** The provider cannot stop what it has begun. */
  endless?: boolean;
};

/** The step of a take in words for people. */
export function stepOf(video: Video, queuePosition: number | null, { hold, endless }: Obstacle = {}): Step {
  switch (video.state) {
    case 'queued':
      if (hold?.pausedAt) return { key: 'queued', text: 'Waiting: the provider is paused' };
      if (hold && !hold.trialAt) return { key: 'queued', text: 'Waiting: the provider does not answer' };
      return { key: 'queued', text: queuePosition === null ? 'Waiting for its turn' : waitingText(queuePosition) };
    case 'submitting':
      return { key: 'queued', text: 'Sending to the provider' };
    case 'unknown':
      return { key: 'rendering', text: 'Looking for it at the provider' };
    case 'needs_decision':
      return { key: 'rendering', text: 'Needs your decision' };
    case 'running':
      return video.upstreamQueued
        ? { key: 'queued', text: 'Waiting at the provider' }
        : { key: 'rendering', text: 'Rendering' };
    case 'overdue':
      return { key: 'rendering', text: 'Taking longer than expected' };
    case 'canceling':
      return { key: 'rendering', text: endless ? 'It will finish; the provider cannot stop it' : 'Canceling' };
    case 'storing':
      return { key: 'saving', text: 'Saving to your library' };
    case 'completed':
      return { key: 'ready', text: video.clipAssetId ? 'Ready' : 'Its time was up: the clip was deleted' };
    case 'failed':
      return { key: 'failed', text: 'Failed' };
    case 'canceled':
      return { key: 'canceled', text: 'Canceled' };
  }
}

const waitingText = (position: number) => (position === 1 ? 'Next in line' : `Waiting, ${ordinal(position)} in line`);

function ordinal(n: number): string {
  const last = n % 10;
  if (n % 100 >= 11 && n % 100 <= 13) return `${n}th`;
  return `${n}${last === 1 ? 'st' : last === 2 ? 'nd' : last === 3 ? 'rd' : 'th'}`;
}

/** Frames per second of a clip as the seed texts count them; no provider of this protocol tells its own. */
const nominalFps = 24;

export const seedFailure = 'Generation failed.';

/** The step texts of the seed design, which its clients show; the frame is reckoned from the percent. */
export function seedStepOf(view: { step: Pick<Step, 'key'>; progress: number; seconds: number }): string {
  const frames = Math.max(1, Math.round(view.seconds * nominalFps));
  switch (view.step.key) {
    case 'queued':
      return 'Queued in generation queue...';
    case 'rendering':
      return `Processing video (Frame ${Math.floor((frames * view.progress) / 100)}/${frames})...`;
    case 'saving':
      return 'Finalizing and uploading...';
    case 'ready':
      return 'Complete! Video ready.';
    case 'failed':
      return seedFailure;
    case 'canceled':
      return 'Generation canceled.';
  }
}
