import type { Occasion, Ruling } from './commands.ts';
import { failureOf } from './failure.ts';
import { fail, move } from './lifecycle.ts';
import { type Attempt, type Claimed, isTerminal, type State, type Video } from './video.ts';

/** What an operator may do beyond what an owner may: each says why when nothing happens. */
export type AdminCommand =
  /** A later deadline, `byMs` from now. */
  | { name: 'extend'; byMs: number }
  /** Calls a take failed that only a clock speaks against; it is still watched, and a late clip kept. */
  | { name: 'give_up' }
  /** Back into the line at once: only for what was never sent. */
  | { name: 'requeue' };

const withProvider: readonly State[] = ['running', 'overdue'];
const lost: readonly State[] = ['unknown', 'needs_decision', 'failed'];

type Row = Pick<Claimed, 'video' | 'attempt'>;

const isUnsent = ({ video, attempt }: Row): boolean =>
  attempt.sentAt === null && (video.state === 'queued' || video.state === 'submitting');

/** A create without an answer: the job that somebody found at the provider may be its own. */
export const isLost = ({ video, attempt }: Row): boolean => lost.includes(video.state) && !attempt.operation;

/** What an operator can do with it in its state. */
export function possibleForAdmin(video: Video, attempt: Attempt): (AdminCommand['name'] | 'adopt')[] {
  const row = { video, attempt };
  const possible: [AdminCommand['name'] | 'adopt', boolean][] = [
    ['extend', withProvider.includes(video.state)],
    ['give_up', attempt.sentAt !== null && !isTerminal(video.state)],
    ['requeue', isUnsent(row)],
    ['adopt', isLost(row)],
  ];
  return possible.filter(([, can]) => can).map(([name]) => name);
}

/** One operator's command on a claimed video → what it means. */
export function ruleForAdmin(claimed: Claimed, command: AdminCommand, occasion: Occasion): Ruling {
  switch (command.name) {
    case 'extend':
      return extend(claimed, command.byMs, occasion);
    case 'give_up':
      return giveUp(claimed, occasion);
    case 'requeue':
      return requeue(claimed, occasion);
  }
}

const refuse = (message: string): Ruling => ({ kind: 'refuse', code: 'not_possible', message });

function extend(claimed: Claimed, byMs: number, { now, actor }: Occasion): Ruling {
  const { state } = claimed.video;
  if (!withProvider.includes(state)) return refuse(`A take that is ${state} has no deadline that counts.`);
  const deadlineAt = new Date(now.getTime() + byMs);
  return {
    kind: 'move',
    note: `Its deadline is now ${deadlineAt.toISOString()}.`,
    move: move(claimed, 'running', {
      event: 'deadline_extended',
      actor,
      data: { deadline_at: deadlineAt.toISOString() },
      next: now,
      video: { deadlineAt },
    }),
  };
}

function giveUp(claimed: Claimed, { now, actor }: Occasion): Ruling {
  const { video, attempt } = claimed;
  if (isTerminal(video.state)) return refuse('This take is finished.');
  if (!attempt.sentAt) return refuse('Nothing was sent yet: cancel it instead, which costs nothing.');
  const rendered = attempt.outcome === 'completed';
  const code = rendered ? 'download_failed' : attempt.operation ? 'provider_silent' : 'submission_unknown';
  return {
    kind: 'move',
    note: rendered ? 'It can be collected again.' : 'It is still watched; a late clip is kept.',
    move: fail(claimed, code, failureOf(code).happened, {
      at: now,
      event: 'given_up',
      actor,
      attempt: { outcome: attempt.outcome, error: attempt.error },
      next: rendered ? null : now,
    }),
  };
}

function requeue(claimed: Claimed, { actor }: Occasion): Ruling {
  const { attempt } = claimed;
  if (!isUnsent(claimed))
    return refuse('It was sent, so sending it again could be billed twice. Reset looks at it afresh.');
  const { unsent: _forgotten, ...watch } = attempt.watch;
  return {
    kind: 'move',
    note: 'It is in the line again; it is sent as soon as a slot is free.',
    move: move(claimed, 'queued', {
      event: 'requeued',
      actor,
      next: null,
      attempt: { watch },
      video: { notBefore: null },
    }),
  };
}
