import type { InfiniteData } from '@tanstack/react-query';
import type { ListQuery } from '#ui/api.ts';
import { phaseOf } from '#ui/phase.ts';
import type { Page, VideoView } from '#ui/shapes.ts';
import type { LiveView } from './live-view.ts';
import { mergeVideo } from './merge-video.ts';

/** Which takes a list shows; also the key of its query. */
export type Filter = Pick<ListQuery, 'status' | 'starred' | 'q' | 'order'>;
export type Pages = InfiniteData<Page, string | undefined>;

/** Whether the server would list this video under the filter. */
export function matches(video: VideoView, { status, starred, q }: Filter): boolean {
  if (starred && !video.starred) return false;
  if (q && !video.prompt.toLowerCase().includes(q.toLowerCase())) return false;
  if (status === 'needs_you') return phaseOf(video) === 'needs_you';
  return !status || statesOf[status].includes(video.state);
}

/** What the server lists under each filter. */
const statesOf: Record<NonNullable<Filter['status']>, readonly VideoView['state'][]> = {
  queued: ['queued'],
  running: ['submitting', 'unknown', 'needs_decision', 'running', 'overdue', 'storing', 'canceling'],
  ready: ['completed'],
  failed: ['failed', 'canceled'],
  needs_you: ['needs_decision'],
};

/** How many a filter shows, from the counts by state. */
export const countUnder = (status: keyof typeof statesOf, counts: Readonly<Record<string, number>>): number =>
  statesOf[status].reduce((sum, state) => sum + (counts[state] ?? 0), 0);

/** How many need a person: beside decisions, those of the newest takes that only a person can help. */
export const countNeedsYou = ({ counts, videos }: LiveView): number =>
  countUnder('needs_you', counts) +
  [...videos.values()].filter((video) => phaseOf(video) === 'needs_you' && video.state !== 'needs_decision').length;

/** How many are under way. */
export const countUnderWay = (counts: Readonly<Record<string, number>>): number =>
  countUnder('queued', counts) + countUnder('running', counts);

/** A first page of what needs a person: the server lists decisions, and of the rest only a reader of the view knows. */
export function withKnown(videos: VideoView[], view: LiveView, filter: Filter): VideoView[] {
  if (filter.status !== 'needs_you') return videos;
  const listed = new Set(videos.map(({ id }) => id));
  const known = [...view.videos.values()].filter((video) => !listed.has(video.id) && matches(video, filter));
  return [...videos, ...known].sort((a, b) => (filter.order === 'asc' ? compareAge(a, b) : compareAge(b, a)));
}

/** The list with this video in its place: changed, come in, or gone because the filter no longer shows it. */
export function place(pages: Pages, video: VideoView, filter: Filter): Pages {
  const shown = pages.pages.flatMap((page) => page.videos).find(({ id }) => id === video.id);
  const news = mergeVideo(shown, video);
  if (!matches(news, filter)) return shown ? without(pages, video.id) : pages;
  if (shown) return mapPages(pages, (videos) => videos.map((old) => (old.id === video.id ? news : old)));
  return insert(pages, news, filter.order === 'asc');
}

export const without = (pages: Pages, id: string): Pages =>
  mapPages(pages, (videos) => (videos.some((video) => video.id === id) ? videos.filter((v) => v.id !== id) : videos));

function insert(pages: Pages, video: VideoView, oldestFirst: boolean): Pages {
  const before = (a: VideoView, b: VideoView) => (oldestFirst ? compareAge(a, b) < 0 : compareAge(a, b) > 0);
  const pageIndex = pages.pages.findIndex((page) => page.videos.some((other) => before(video, other)));
  const last = pages.pages.length - 1;
  // Behind everything loaded: it comes with a later page, unless there is none.
  if (pageIndex < 0 && pages.pages[last]?.next) return pages;
  const target = pageIndex < 0 ? last : pageIndex;
  return mapPages(pages, (videos, index) => {
    if (index !== target) return videos;
    const at = videos.findIndex((other) => before(video, other));
    return at < 0 ? [...videos, video] : videos.toSpliced(at, 0, video);
  });
}

const compareAge = (a: VideoView, b: VideoView): number =>
  a.created_at === b.created_at ? a.id.localeCompare(b.id) : a.created_at.localeCompare(b.created_at);

const mapPages = (pages: Pages, change: (videos: VideoView[], index: number) => VideoView[]): Pages => ({
  ...pages,
  pages: pages.pages.map((page, index) => {
    const videos = change(page.videos, index);
    return videos === page.videos ? page : { ...page, videos };
  }),
});
