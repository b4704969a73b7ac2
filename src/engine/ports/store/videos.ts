import type { Actor, Asset, Attempt, Priority, State, Video } from '#video/video.ts';

export type VideoDetails = {
  video: Video;
  /** Newest last. */
  attempts: Attempt[];
  assets: Asset[];
  /** 1 = next; null unless queued. */
  queuePosition: number | null;
};

export type ListQuery = {
  /** Null = every owner (admins). */
  ownerId: string | null;
  states?: State[];
  model?: string;
  project?: string;
  shotId?: string;
  starred?: boolean;
  /** Words in the prompt. */
  q?: string;
  /** Id of the last video of the page before. */
  after?: string;
  limit: number;
  order: 'asc' | 'desc';
};

/** Videos as their owners see them; a null owner is everybody, for admins. */
export type Videos = {
  get(id: string, ownerId: string | null): Promise<VideoDetails | null>;
  list(query: ListQuery): Promise<VideoDetails[]>;
  /** How many videos of the owner are in each state, hidden ones left out. */
  count(ownerId: string | null): Promise<Partial<Record<State, number>>>;
  setStarred(id: string, ownerId: string | null, starred: boolean): Promise<boolean>;
  /** Only while it waits in our line; null = no such video. Writes an event where something changed. */
  setPriority(
    id: string,
    ownerId: string | null,
    priority: Priority,
    actor: Actor,
  ): Promise<'changed' | 'same' | 'not_queued' | null>;
};
