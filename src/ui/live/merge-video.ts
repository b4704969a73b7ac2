import { isOver } from '#ui/phase.ts';
import type { VideoView } from '#ui/shapes.ts';

/**
 * What to show after news of a video. Two sources tell of it (stream and polls), so an old answer may come late:
 * a stored clip stays stored, and within a try the progress never goes back.
 */
export function mergeVideo(shown: VideoView | undefined, news: VideoView): VideoView {
  if (!shown) return news;
  if (shown.state === 'completed' && news.state !== 'completed') return shown;
  const newTry = isOver(shown) || news.state === 'queued' || news.receipt.submissions > shown.receipt.submissions;
  if (newTry || isOver(news)) return news;
  return news.progress >= shown.progress ? news : { ...news, progress: shown.progress };
}
