import type { QueryClient } from '@tanstack/react-query';
import type { LiveMessage, VideoView } from '#ui/shapes.ts';
import type { Connection, LiveListener } from './live.ts';
import { type LiveView, nothingYet, reduceLive } from './live-view.ts';
import { mergeVideo } from './merge-video.ts';
import { type Filter, type Pages, place, without } from './video-lists.ts';

export type Live = { view: LiveView; connection: Connection };
/** Told when a video that was known comes to another state, or draws attention for another reason. */
export type ChangeListener = (before: VideoView, after: VideoView) => void;

/** Where all news of videos come in, from the stream, from polls and from one's own commands, and reach every view. */
export class LiveStore implements LiveListener {
  readonly #client: QueryClient;
  readonly #listeners = new Set<() => void>();
  readonly #changeListeners = new Set<ChangeListener>();
  /** Deleted here, while the server may still speak of them. */
  readonly #removed = new Set<string>();
  #live: Live = { view: nothingYet, connection: 'connecting' };
  #hadSnapshot = false;
  #leads = false;

  constructor(client: QueryClient) {
    this.#client = client;
  }

  readonly getLive = (): Live => this.#live;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  onChange(listener: ChangeListener): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  onConnection(connection: Connection): void {
    this.#set({ ...this.#live, connection });
  }

  onLead(): void {
    this.#leads = true;
  }

  /** Whether this tab speaks for all tabs of the browser. */
  get leads(): boolean {
    return this.#leads;
  }

  onMessage(message: LiveMessage): void {
    if (message.event === 'video') this.receive(message.data);
    if (message.event === 'removed') this.remove(message.data.id);
    if (message.event === 'snapshot') this.#takeSnapshot(message);
  }

  /** One video as it is now. */
  receive(video: VideoView): void {
    if (this.#removed.has(video.id)) return;
    const before = this.#live.view.videos.get(video.id);
    const view = reduceLive(this.#live.view, { event: 'video', data: video });
    // An answer that is under way is older than this.
    this.#client.cancelQueries({ queryKey: ['video', video.id], exact: true });
    this.#show(video);
    this.#set({ ...this.#live, view });
    const after = view.videos.get(video.id);
    if (before && after) this.#tell(before, after);
  }

  /** A queued video, unless it has left the line while the answer was on its way. */
  receivePlace(video: VideoView): void {
    if (this.#live.view.videos.get(video.id)?.state === 'queued') this.receive(video);
  }

  /** An answer of the server, without what was deleted here and with what the stream has told since. */
  latest(videos: readonly VideoView[]): VideoView[] {
    const known = this.#live.view.videos;
    return videos.filter(({ id }) => !this.#removed.has(id)).map((video) => mergeVideo(known.get(video.id), video));
  }

  /** Takes the video out of every view. `restore` brings it back. */
  remove(id: string): void {
    this.#removed.add(id);
    this.#eachList((pages) => without(pages, id));
    this.#set({ ...this.#live, view: reduceLive(this.#live.view, { event: 'removed', data: { id } }) });
  }

  restore(video: VideoView): void {
    this.#removed.delete(video.id);
    this.receive(video);
  }

  #takeSnapshot({ data }: Extract<LiveMessage, { event: 'snapshot' }>): void {
    const videos = this.latest(data.videos);
    const known = this.#live.view.videos;
    const view = reduceLive(this.#live.view, { event: 'snapshot', data: { videos, counts: data.counts } });
    for (const video of videos) {
      const before = known.get(video.id);
      if (before && before.checked_at === video.checked_at && before.state === video.state) continue;
      this.#show(video);
      if (before) this.#tell(before, video);
    }
    this.#set({ ...this.#live, view });
    // What happened while nobody listened is not told again.
    if (this.#hadSnapshot) this.#client.invalidateQueries({ queryKey: ['videos'] });
    this.#hadSnapshot = true;
  }

  #tell(before: VideoView, after: VideoView): void {
    if (before.state === after.state && before.attention?.code === after.attention?.code) return;
    for (const tell of this.#changeListeners) tell(before, after);
  }

  #show(video: VideoView): void {
    this.#client.setQueryData<VideoView>(['video', video.id], (shown) => mergeVideo(shown, video));
    this.#eachList((pages, filter) => place(pages, video, filter));
  }

  #eachList(change: (pages: Pages, filter: Filter) => Pages): void {
    for (const [key, pages] of this.#client.getQueriesData<Pages>({ queryKey: ['videos'] })) {
      if (pages) this.#client.setQueryData(key, change(pages, key[1] as Filter));
    }
  }

  #set(live: Live): void {
    this.#live = live;
    for (const listener of this.#listeners) listener();
  }
}
