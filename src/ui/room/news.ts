import { type Phase, phaseOf } from '#ui/phase.ts';
import type { VideoView } from '#ui/shapes.ts';

const words: Partial<Record<Phase, [one: string, more: string]>> = {
  ready: ['is ready', 'are ready'],
  failed: ['failed', 'failed'],
  needs_you: ['needs you', 'need you'],
};

/** Takes of one shot that came to the same phase are one piece of news. */
export const newsKey = (video: VideoView): string => `${video.shot_id} ${phaseOf(video)}`;

/** Whether something became of the take that is worth telling. */
export const isNews = (before: VideoView, after: VideoView): boolean =>
  phaseOf(before) !== phaseOf(after) && words[phaseOf(after)] !== undefined;

/** "Take 3 is ready", "4 takes failed"; null = nothing to tell of. */
export function headline(video: VideoView, count: number): string | null {
  const word = words[phaseOf(video)];
  if (!word) return null;
  return count === 1 ? `Take ${video.take} ${word[0]}` : `${count} takes ${word[1]}`;
}

/** Counts takes per piece of news, until it was seen. */
export class NewsCount {
  readonly #counts = new Map<string, Set<string>>();

  /** How many different takes there are under this key, this one with them. */
  add(key: string, videoId: string): number {
    const takes = this.#counts.get(key) ?? new Set();
    this.#counts.set(key, takes.add(videoId));
    return takes.size;
  }

  seen(key: string): void {
    this.#counts.delete(key);
  }

  allSeen(): void {
    this.#counts.clear();
  }
}
