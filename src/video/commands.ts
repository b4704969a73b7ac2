import { failureOf } from './failure.ts';
import { fail, isOpen, type Move, move } from './lifecycle.ts';
import { nextLook } from './schedule.ts';
import { watchMs } from './submission.ts';
import { type Actor, type Attempt, type Claimed, isTerminal, type State, type Video } from './video.ts';

export type Decision = 'keep_looking' | 'adopt' | 'send_again' | 'stop_looking';

export type Command =
  | { name: 'cancel'; discard?: boolean | undefined }
  | { name: 'retry'; force?: boolean }
  | { name: 'collect' }
  | { name: 'reset' }
  | { name: 'decide'; decision: Exclude<Decision, 'adopt'> }
  | { name: 'delete' };
export type CommandName = Command['name'];
export const commandNames: readonly CommandName[] = ['cancel', 'retry', 'collect', 'reset', 'decide', 'delete'];

export type Ruling =
  | { kind: 'move'; move: Move; note: string | null }
  /** Save the move, if any, and make a new take of the same shot. */
  | { kind: 'new_take'; move: Move | null; note: string }
  /** The video is already as wished. */
  | { kind: 'nothing'; note: string }
  | { kind: 'refuse'; code: string; message: string };

type Row = { video: Video; attempt: Attempt };
/** Null = it can be done, else the sentence that says why not. */
type Cell = string | null;

const can = null;
const over = 'This take is finished.';
const live = 'This take is still going on.';
const waitsHere = 'This take waits in our own queue; nothing was sent yet.';
const theyHaveIt = 'The provider has it.';

const providerNeverSettled = ({ attempt }: Row): boolean =>
  attempt.sentAt !== null && (attempt.outcome === null || attempt.outcome === 'abandoned');

/** A file may lie at the provider: it said that it is done, and we do not have it. */
const collectable = ({ video, attempt }: Row): boolean =>
  video.clipAssetId === null && attempt.operation !== null && attempt.outcome === 'completed';

const collectCell = (row: Row): Cell => (collectable(row) ? can : 'There is no finished clip to collect.');
const lookAgain = (row: Row): Cell =>
  providerNeverSettled(row) || row.video.errorCode === 'job_not_found' || collectable(row)
    ? can
    : 'The provider gave its verdict on this take; there is nothing to look for.';

/** What can be done in which state: the whole table. */
const table: Record<State, Record<CommandName, Cell | ((row: Row) => Cell)>> = {
  queued: { cancel: can, retry: live, collect: waitsHere, reset: waitsHere, decide: waitsHere, delete: can },
  submitting: liveRow(can, 'It is being sent.'),
  unknown: liveRow(can, 'We are still looking for it at the provider.'),
  needs_decision: liveRow(can, can),
  running: liveRow(can, theyHaveIt),
  overdue: liveRow(can, theyHaveIt),
  storing: liveRow('It is rendered, and being saved.', theyHaveIt),
  canceling: liveRow(can, theyHaveIt),
  completed: {
    cancel: over,
    retry: 'This take is ready.',
    collect: over,
    reset: over,
    decide: over,
    delete: can,
  },
  failed: { cancel: over, retry: can, collect: collectCell, reset: lookAgain, decide: over, delete: can },
  canceled: { cancel: can, retry: can, collect: collectCell, reset: over, decide: over, delete: can },
};

function liveRow(cancel: Cell, decide: Cell): Record<CommandName, Cell> {
  return { cancel, retry: live, collect: 'It is not rendered yet.', reset: can, decide, delete: can };
}

const cellOf = (name: CommandName, row: Row): Cell => {
  const cell = table[row.video.state][name];
  return typeof cell === 'function' ? cell(row) : cell;
};

/** The commands that do something now; the studio shows no others. */
export function availableCommands(video: Video, attempt: Attempt): CommandName[] {
  return commandNames.filter((name) => {
    if (name === 'cancel' && (video.state === 'canceling' || isTerminal(video.state) || video.cancelRequestedAt))
      return false;
    return cellOf(name, { video, attempt }) === can;
  });
}

export type Occasion = {
  now: Date;
  actor: Actor;
  nextAttemptId: string;
  deadlineMs: number;
  retentionMs: number;
  /** The provider cannot stop what it has begun. */
  endless?: boolean;
};

/** One command on a claimed video → what it means. Pure: the engine saves the move and makes the new take. */
export function rule(claimed: Claimed, command: Command, occasion: Occasion): Ruling {
  const whyNot = cellOf(command.name, claimed);
  if (whyNot !== can) return { kind: 'refuse', code: 'not_possible', message: whyNot };
  switch (command.name) {
    case 'cancel':
      return cancel(claimed, occasion, { discard: command.discard, hide: false });
    case 'delete':
      return remove(claimed, occasion);
    case 'retry':
      return retry(claimed, occasion, command.force ?? false);
    case 'collect':
      return collect(claimed, occasion);
    case 'reset':
      return reset(claimed, occasion);
    case 'decide':
      return decide(claimed, occasion, command.decision);
  }
}

function cancel(
  claimed: Claimed,
  { now, actor, endless }: Occasion,
  wish: { discard: boolean | undefined; hide: boolean },
): Ruling {
  const { video, attempt } = claimed;
  const watch = wish.discard === undefined ? attempt.watch : { ...attempt.watch, discard: wish.discard };
  const hidden = wish.hide ? { hiddenAt: now } : {};
  const asked = { cancelRequestedAt: video.cancelRequestedAt ?? now, ...hidden };
  switch (video.state) {
    case 'queued':
      return done(
        move(claimed, 'canceled', {
          event: 'canceled',
          actor,
          next: null,
          attempt: { outcome: 'canceled' },
          video: { ...asked, errorCode: 'canceled', completedAt: now },
        }),
        'It was not sent, and costs nothing.',
      );
    case 'canceled':
      return { kind: 'nothing', note: 'It is canceled already.' };
    case 'running':
    case 'overdue':
      return done(
        move(claimed, 'canceling', { event: 'canceling', actor, next: now, attempt: { watch }, video: asked }),
        endless ? lateClip(watch.discard) : null,
      );
    case 'canceling':
      return done(
        move(claimed, 'canceling', { actor, next: now, attempt: { watch }, video: asked }),
        endless ? lateClip(watch.discard) : 'A cancel is under way.',
      );
    default:
      return done(
        move(claimed, video.state, { event: 'cancel_requested', actor, next: now, attempt: { watch }, video: asked }),
        'It will be canceled as soon as the provider has told us its number; it may be billed.',
      );
  }
}

const lateClip = (discard: boolean | undefined): string =>
  `This provider cannot stop a take. It will finish and be billed; the clip is ${discard ? 'discarded' : 'kept'}.`;

function remove(claimed: Claimed, occasion: Occasion): Ruling {
  const { video } = claimed;
  const note = 'It is hidden; what the provider still does is watched to the end.';
  if (isTerminal(video.state) || video.state === 'storing') {
    const { now, actor } = occasion;
    return done(move(claimed, video.state, { event: 'deleted', actor, next: video.checkAt, video: { hiddenAt: now } }));
  }
  const ruling = cancel(claimed, occasion, { discard: true, hide: true });
  return ruling.kind === 'move' ? { ...ruling, note: video.state === 'queued' ? null : note } : ruling;
}

function retry(claimed: Claimed, occasion: Occasion, force: boolean): Ruling {
  const { video, attempt } = claimed;
  const { actor } = occasion;
  if (video.errorCode === 'download_failed' && collectable(claimed)) return collect(claimed, occasion);
  if (providerNeverSettled(claimed) && !force) {
    return {
      kind: 'refuse',
      code: 'may_be_billed',
      message: 'The earlier try may still finish and be billed. Retry with force to send it again all the same.',
    };
  }
  if (isOpen(attempt)) {
    return { kind: 'new_take', move: null, note: 'This is a new take; a late clip of the old one is still kept.' };
  }
  return done(
    move(claimed, 'queued', {
      event: 'retried',
      actor,
      next: null,
      data: { automatic: false, after: video.errorCode },
      nextAttempt: { id: occasion.nextAttemptId, n: attempt.n + 1 },
      video: { notBefore: null, cancelRequestedAt: null, completedAt: null },
    }),
    failureOf(video.errorCode ?? 'unclassified').billed === 'no' ? 'The earlier try was not billed.' : null,
  );
}

function collect(claimed: Claimed, { now, actor }: Occasion): Ruling {
  const { downloads: _again, ...watch } = claimed.attempt.watch;
  return done(
    move(claimed, 'storing', {
      event: 'collect_again',
      actor,
      next: now,
      attempt: { watch: { ...watch, discard: false } },
      video: { completedAt: null, notBefore: null, hiddenAt: null, cancelRequestedAt: null, progress: 99 },
    }),
    'Copying it again costs nothing.',
  );
}

function reset(claimed: Claimed, { now, actor, deadlineMs, retentionMs }: Occasion): Ruling {
  const { attempt } = claimed;
  const to = attempt.operation ? 'running' : attempt.sentAt ? 'unknown' : 'queued';
  return done(
    move(claimed, to, {
      event: 'reset',
      actor,
      next: to === 'queued' ? null : now,
      attempt: {
        watch: { webhook: attempt.watch.webhook },
        outcome: null,
        watchUntil: new Date(now.getTime() + watchMs(retentionMs)),
      },
      video: {
        notBefore: null,
        completedAt: null,
        cancelRequestedAt: null,
        deadlineAt: to === 'running' ? new Date(now.getTime() + deadlineMs) : null,
      },
    }),
    'Nothing is sent again; we look afresh.',
  );
}

function decide(claimed: Claimed, occasion: Occasion, decision: Exclude<Decision, 'adopt'>): Ruling {
  const { video } = claimed;
  const { now, actor } = occasion;
  if (decision === 'keep_looking') {
    return done(move(claimed, video.state, { event: 'keep_looking', actor, next: now }), 'We go on looking.');
  }
  const stopped = fail(claimed, 'submission_unknown', failureOf('submission_unknown').happened, {
    at: now,
    event: 'given_up',
    actor,
    // The attempt stays open: a late clip is still found and kept.
    attempt: { outcome: null, error: null },
    next: nextLook({
      ...claimed,
      video: { ...video, state: 'failed' },
      now,
      typical: { p5: 0, p50: 0, p90: 0 },
      webhook: false,
      fixedMs: null,
      random: 0.5,
    }),
  });
  if (decision === 'stop_looking') return done(stopped, 'A late clip is still kept.');
  return { kind: 'new_take', move: stopped, note: 'It is sent again as a new take; the lost one may be billed too.' };
}

const done = (move: Move, note: string | null = null): Ruling => ({ kind: 'move', move, note });
