import type { Actor, Asset } from '#video/video.ts';

/** A file that an owner gave us for clips to begin with, or to be made of. */
export type Reference = Asset & {
  /** As its owner calls it, and what he said that it is for; null = he did not. */
  name: string | null;
  purpose: string | null;
  createdAt: Date;
};

export type ReferenceQuery = {
  ownerId: string;
  purpose?: string;
  /** Id of the last file of the page before. */
  after?: string;
  limit: number;
  order: 'asc' | 'desc';
};

/** Files go that were finished before then and not starred, or whose video was deleted before then. */
export type ExpiryRule = { finishedBefore: Date; deletedBefore: Date };

/** A video whose files are due to be deleted. */
export type Expiring = { id: string; ownerId: string; prompt: string; completedAt: Date; bytes: number };

/** The rows of what media keeps. */
export type Files = {
  asset(id: string, ownerId: string | null): Promise<Asset | null>;
  /** A thumbnail of a stored clip, with its event; false = it has one by now, or is no stored clip (any more). */
  addPoster(poster: Asset, actor: Actor): Promise<boolean>;
  /** A file that belongs to an owner, and so far to no video. */
  addReference(asset: Asset, ownerId: string, about: Pick<Reference, 'name' | 'purpose'>): Promise<void>;
  reference(id: string, ownerId: string | null): Promise<Reference | null>;
  references(query: ReferenceQuery): Promise<Reference[]>;
  /** Its row goes, not its bytes; `in_use` = a video that is not over needs it; null = no such reference. */
  dropReference(id: string, ownerId: string | null): Promise<Asset | 'in_use' | null>;
  /** The rows of those that are older than this and that no video uses, deleted ones that are over left out. */
  dropUnusedReferences(before: Date, limit: number): Promise<Asset[]>;
  /** Videos whose files are due to be deleted, oldest first. */
  expiring(rule: ExpiryRule, limit: number): Promise<Expiring[]>;
  /** Takes the files of a video that is due out of the books, with an event; answers them, for their bytes. */
  expire(id: string, rule: ExpiryRule): Promise<Asset[]>;
  /** Which of these storage keys no row stands for, though their video is known and over. */
  orphansAmong(keys: string[]): Promise<string[]>;
};
