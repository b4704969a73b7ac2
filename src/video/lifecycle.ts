import type { FailureCode } from './failure.ts';
import { type Entry, settlement } from './money.ts';
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
  // Running: the provider called about a request that seemed not to have reached it.
  queued: ['submitting', 'canceled', 'failed', 'running'],
  submitting: ['running', 'queued', 'failed', 'unknown', 'canceled'],
  // Back to the line only by a resend that was refused where the provider deduplicates: then the first made nothing.
  unknown: ['running', 'needs_decision', 'queued', 'failed'],
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
    | 'provider'
    | 'resolvedModel'
    | 'seconds'
    | 'size'
    | 'warnings'
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
export type AttemptPatch = Partial<
  Omit<Attempt, 'id' | 'videoId' | 'n' | 'provider' | 'request' | 'requestHash' | 'estimateMicroUsd'>
>;
/** What a create needs to know of the next attempt; what is not said is as in the last one. */
export type NextAttempt = { id: string; n: number } & Partial<
  Pick<Attempt, 'provider' | 'request' | 'requestHash' | 'estimateMicroUsd'>
>;

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
  | 'poster_added'
  | 'clip_deleted'
  | 'failed'
  | 'canceled'
  | 'canceling'
  | 'cancel_refused'
  | 'cancel_requested'
  | 'called'
  | 'retried'
  | 'fell_back'
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
  | 'circuit_opened'
  | 'circuit_closed'
  | 'cap_changed'
  | 'owner_limits_changed'
  | 'invited'
  | 'invite_revoked'
  | 'person_joined'
  | 'role_changed'
  | 'person_disabled'
  | 'person_enabled'
  | 'person_removed'
  | 'key_made'
  | 'key_revoked'
  | 'provider_saved'
  | 'provider_tested'
  | 'provider_removed'
  | 'default_model_changed'
  | 'aliases_changed'
  | 'fallbacks_changed'
  | 'webhook_created'
  | 'webhook_changed'
  | 'webhook_removed'
  | 'webhook_rotated'
  | 'webhook_paused'
  | 'webhook_resumed'
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
  /** It reserves what it is expected to cost. */
  nextAttempt: NextAttempt | null;
  /** What it means for the money; follows from the rest. */
  entry: Entry | null;
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
  /** What the provider says that it cost. */
  costMicroUsd?: number | undefined;
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
  const patch = details.attempt ?? {};
  const settled = settlement(attempt, {
    to,
    outcome: patch.outcome,
    code: details.video?.errorCode,
    sent: (patch.sentAt === undefined ? attempt.sentAt : patch.sentAt) !== null,
    costMicroUsd: details.costMicroUsd,
  });
  return {
    videoId: video.id,
    attemptId: attempt.id,
    seq: video.claimSeq,
    from: video.state,
    to,
    video: leaving(video, to, details.video ?? {}),
    attempt: { ...patch, ...settled?.attempt },
    nextAttempt: details.nextAttempt ?? null,
    entry: settled?.entry ?? null,
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
