import type { LiveMessage, VideoView } from '#ui/shapes.ts';
import { mergeVideo } from './merge-video.ts';

/** What the stream has told so far: the newest videos, and how many there are in each state. */
export type LiveView = { videos: ReadonlyMap<string, VideoView>; counts: Readonly<Record<string, number>> };

export const nothingYet: LiveView = { videos: new Map(), counts: {} };

/** The view after one message. */
export function reduceLive(view: LiveView, message: LiveMessage): LiveView {
  switch (message.event) {
    case 'snapshot': {
      const videos = new Map(message.data.videos.map((v) => [v.id, mergeVideo(view.videos.get(v.id), v)]));
      return { videos, counts: message.data.counts };
    }
    case 'video': {
      const before = view.videos.get(message.data.id);
      const after = mergeVideo(before, message.data);
      const videos = new Map(view.videos).set(after.id, after);
      // One that is older than the snapshot reaches is counted already, and from where it comes is not known.
      const isNews = before || !isOlderThanAll(after, view.videos);
      return { videos, counts: isNews ? recount(view.counts, before, after) : view.counts };
    }
    case 'removed': {
      const before = view.videos.get(message.data.id);
      if (!before) return view;
      const videos = new Map(view.videos);
      videos.delete(before.id);
      return { videos, counts: recount(view.counts, before, undefined) };
    }
  }
}

/** The same view as a message, for a tab that opens later. */
export const snapshotOf = (view: LiveView): LiveMessage => ({
  event: 'snapshot',
  data: { videos: [...view.videos.values()], counts: { ...view.counts } },
});

function recount(counts: LiveView['counts'], before?: VideoView, after?: VideoView): LiveView['counts'] {
  const next = { ...counts };
  const add = (video: VideoView | undefined, by: number) => {
    if (video) next[video.state] = Math.max(0, (next[video.state] ?? 0) + by);
  };
  add(before, -1);
  add(after, 1);
  return next;
}

const isOlderThanAll = (video: VideoView, videos: LiveView['videos']): boolean =>
  videos.size > 0 && [...videos.values()].every((other) => other.created_at > video.created_at);
