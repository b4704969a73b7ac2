import type { Move } from '#video/lifecycle.ts';
import type { Actor, Claimed } from '#video/video.ts';

/** `fenced` = somebody else has claimed the row since: nothing was written. */
export type SaveResult = 'saved' | 'fenced';

/** Copies have a lane of their own, so that a long one holds up no look. */
export type Lane = 'watch' | 'collect';

/** So many more steps may begin in a lane: `collect` = copies (state storing), `watch` = all others. */
export type Room = { provider: string; lane: Lane; limit: number };

/** What one look at the schedule found. */
export type Due = {
  claimed: Claimed[];
  /** When there could next be something in a lane that was not filled: a look, or the end of a lease; null = nothing. */
  nextAt: Date | null;
  line: {
    /** A video waits, and does not rest: an admission might find it a slot. */
    waits: boolean;
    /** When the first of those that rest has rested. */
    restsUntil: Date | null;
  };
  /** The database's time: a machine whose clock differs must neither oversleep nor spin. */
  now: Date;
};

/** Who may move a video, and what came of it: the row says when it is due, the fence who saves. */
export type Claims = {
  /**
   * Queued → due, as many as free slots allow: by priority, fewest running per owner, whose turn came longest ago,
   * age; none of a paused provider. `maxRunningPerOwner` for those who have no limit of their own. Returns how many.
   */
  admit(limits: { provider: string; slots: number | null }[], maxRunningPerOwner: number): Promise<number>;
  /** Due rows of all these lanes at once, of each in order of `check_at`, and no more than its limit. */
  claim(rooms: Room[], leaseMs: number): Promise<Due>;
  /** The providers of whatever is on the schedule, configured or not. */
  scheduledProviders(): Promise<string[]>;
  /** Claims for a command, due or not; that is no look at it. `busy` = a worker holds it; null = not there, or another owner's. */
  claimOne(id: string, ownerId: string | null, leaseMs: number): Promise<Claimed | 'busy' | null>;
  /** Claims what waits in our line for one of these models of a provider, rests left out: to send it elsewhere. */
  claimWaiting(provider: string, models: string[], limit: number, leaseMs: number): Promise<Claimed[]>;
  /** Claims one video if a look at it is due. */
  claimDue(id: string, leaseMs: number): Promise<Claimed | null>;
  /** False = the claim is lost: stop. */
  renew(id: string, seq: number, leaseMs: number): Promise<boolean>;
  /** Gives claims back as they were. */
  release(claims: { id: string; seq: number }[]): Promise<void>;
  /** Frees every claim: only where one process owns the store. */
  releaseAllClaims(): Promise<void>;
  /**
   * Saves under the fence, events in the same transaction; one result per move, in order. A move to `queued` of a video
   * whose cancel was asked for is saved as `canceled`. A move that cannot be written is `fenced`, and marks its video
   * `poisonedAt`: an hour's rest; the others are saved.
   */
  saveMoves(moves: Move[]): Promise<SaveResult[]>;
  /** A row held by a worker: remember the wish to cancel (and hide), wake its next look, write the event. */
  requestCancel(id: string, hide: boolean, actor: Actor): Promise<void>;
  /** Looks closer in time; never touches a queued row, a fence, or a result. Returns how many rows. */
  hint(which: { ids: string[] } | { provider: string } | 'all', options?: { restMs?: number }): Promise<number>;
  /** Somebody watches, for so long from now; written at most every 30 s per video. */
  markWatched(id: string, forMs: number): Promise<void>;
  /** The database's time. */
  now(): Promise<Date>;
};
