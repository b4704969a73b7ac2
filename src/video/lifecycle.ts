import type { FailureCode } from './failure.ts';
import {
  type Actor,
  type Asset,
  type Attempt,
  type Claimed,
  isTerminal,
  type JsonObject,
  type State,
  type Video,
} from './video.ts';

/** Which states may follow which. Staying is always a move too (progress, a failed look). */
export const edges: Readonly<Record<State, readonly State[]>> = {
  queued: ['submitting', 'canceled', 'failed'],
  submitting: ['running', 'queued', 'failed', 'unknown', 'canceled'],
  unknown: ['running', 'needs_decision', 'failed'],
  needs_decision: ['running', 'unknown', 'failed'],
  running: ['overdue', 'storing', 'canceling', 'failed', 'canceled', 'queued', 'unknown'],
  overdue: ['running', 'storing', 'canceling', 'failed', 'canceled', 'queued', 'unknown'],
  storing: ['completed', 'failed', 'running'],
  canceling: ['storing', 'canceled', 'failed', 'running'],
  completed: [],
  // Commands, and the late success of an attempt that was given up.
  failed: ['queued', 'running', 'unknown', 'storing', 'canceled'],
  canceled: ['queued', 'storing'],
};

export const canMove = (from: State, to: State): boolean => from === to || edges[from].includes(to);

export type VideoPatch = Partial<
  Pick<
    Video,
    | 'progress'
    | 'progressSource'
    | 'upstreamQueued'
    | 'errorCode'
    | 'errorMessage'
    | 'clipAssetId'
    | 'notBefore'
    | 'deadlineAt'
    | 'cancelRequestedAt'
    | 'acceptedAt'
    | 'renderingAt'
    | 'completedAt'
    | 'hiddenAt'
  >
>;
export type AttemptPatch = Partial<Omit<Attempt, 'id' | 'videoId' | 'n' | 'provider' | 'request' | 'requestHash'>>;
/** What a create needs to know of the next attempt; the request is the frozen one of the last attempt. */
export type NextAttempt = { id: string; n: number };

export type EventType =
  | 'created'
  | 'submitting'
  | 'unsent'
  | 'limited'
  | 'accepted'
  | 'rejected'
  | 'unclear'
  | 'listed'
  | 'adopted'
  | 'conflict'
  | 'needs_decision'
  | 'progress'
  | 'trouble'
  | 'missing'
  | 'overdue'
  | 'rendered'
  | 'download_failed'
  | 'stored'
  | 'failed'
  | 'canceled'
  | 'canceling'
  | 'cancel_refused'
  | 'cancel_requested'
  | 'retried'
  | 'reset'
  | 'collect_again'
  | 'keep_looking'
  | 'given_up'
  | 'deadline_extended'
  | 'requeued'
  | 'check_asked'
  | 'priority_changed'
  | 'provider_paused'
  | 'provider_resumed'
  | 'deleted'
  | 'poisoned';

/** One step of a video, and the only thing that is ever saved. `seq` is the fence it is saved under. */
export type Move = {
  videoId: string;
  attemptId: string;
  seq: number;
  from: State;
  to: State;
  video: VideoPatch;
  attempt: AttemptPatch;
  nextAttempt: NextAttempt | null;
  assets: Asset[];
  /** Null = nothing worth writing down changed (a look without news). */
  event: { type: EventType; actor: Actor; data: JsonObject } | null;
  /** When to look next; null = never (terminal, or admit's turn). */
  next: Date | null;
  /** The step goes on under the same claim after this save. */
  keepsClaim: boolean;
  /** A completed render to learn typical times from, in milliseconds. */
  renderMs: number | null;
};

export type MoveDetails = {
  video?: VideoPatch;
  attempt?: AttemptPatch;
  nextAttempt?: NextAttempt;
  assets?: Asset[];
  event?: EventType;
  actor?: Actor;
  data?: JsonObject;
  next: Date | null;
  keepsClaim?: boolean;
  renderMs?: number | null;
};

export const system: Actor = { type: 'system' };

/** A move of a claimed video. Throws on a move that the lifecycle does not know: that is a defect, not an input error. */
export function move(claimed: Pick<Claimed, 'video' | 'attempt'>, to: State, details: MoveDetails): Move {
  const { video, attempt } = claimed;
  if (!canMove(video.state, to)) throw new Error(`no move from ${video.state} to ${to}`);
  return {
    videoId: video.id,
    attemptId: attempt.id,
    seq: video.claimSeq,
    from: video.state,
    to,
    video: leaving(video, to, details.video ?? {}),
    attempt: details.attempt ?? {},
    nextAttempt: details.nextAttempt ?? null,
    assets: details.assets ?? [],
    event: details.event ? { type: details.event, actor: details.actor ?? system, data: details.data ?? {} } : null,
    next: details.next,
    keepsClaim: details.keepsClaim ?? false,
    renderMs: details.renderMs ?? null,
  };
}

/** Rules that hold for every move: progress never falls within a try, and a live video carries no verdict. */
function leaving(video: Video, to: State, patch: VideoPatch): VideoPatch {
  const out = { ...patch };
  if (to === 'queued' && video.state !== 'submitting') {
    Object.assign(out, { progress: 0, progressSource: null, acceptedAt: null, renderingAt: null, deadlineAt: null });
  } else if (out.progress !== undefined) {
    const ceiling = to === 'completed' ? 100 : 99;
    out.progress = Math.max(video.progress, Math.min(ceiling, Math.max(0, Math.floor(out.progress))));
  }
  if (isTerminal(video.state) && !isTerminal(to)) Object.assign(out, { errorCode: null, errorMessage: null });
  return out;
}

/** The move into `failed`; the attempt is settled with it. */
export function fail(
  claimed: Pick<Claimed, 'video' | 'attempt'>,
  code: FailureCode,
  message: string,
  details: Partial<MoveDetails> & { at: Date },
): Move {
  const { at, attempt, ...rest } = details;
  return move(claimed, 'failed', {
    event: 'failed',
    next: null,
    ...rest,
    data: { code, message, ...rest.data },
    attempt: { outcome: 'failed', error: message, ...attempt },
    video: { errorCode: code, errorMessage: message, completedAt: at, ...rest.video },
  });
}

/** An attempt that is sent and without an outcome: it may still produce a clip, and a bill. */
export const isOpen = (attempt: Pick<Attempt, 'sentAt' | 'outcome'>): boolean =>
  attempt.sentAt !== null && attempt.outcome === null;

/** The row as it is once the move is saved: for the steps that go on under the same claim. */
export function applied(claimed: Claimed, step: Move): Claimed {
  const { video, attempt } = claimed;
  return {
    at: claimed.at,
    video: { ...video, ...step.video, state: step.to, checkAt: step.next },
    attempt: { ...attempt, ...step.attempt },
  };
}
