import { type AdminCommand, isLost, ruleForAdmin } from '#video/admin-commands.ts';
import { type Command, rule } from '#video/commands.ts';
import type { Move } from '#video/lifecycle.ts';
import { accepted } from '#video/submission.ts';
import type { Actor, Claimed } from '#video/video.ts';
import { circumstances, deadlineMsOf, newId, providerOf } from './circumstances.ts';
import type { NewVideo, System } from './system.ts';

/** The state does not allow it, or money speaks against it; `code` is for programs. */
export class CommandRefused extends Error {
  override name = 'CommandRefused';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A worker is in the middle of a step of this video. */
export class Busy extends Error {
  override name = 'Busy';
  constructor() {
    super('this video is being worked on at the moment; try again in a few seconds');
  }
}

export class NoSuchVideo extends Error {
  override name = 'NoSuchVideo';
  constructor() {
    super('there is no such video');
  }
}

/** `videoId` is the new take's where the command made one. */
export type CommandResult = { videoId: string; note: string | null; remembered: boolean };

const patienceMs = 3_000;
const askAgainMs = 100;

/**
 * A person's command on one video.
 * 1. Claim the row as a worker does. Where a worker holds it, cancel and delete are remembered, all else waits 3 s.
 * 2. The table in video/commands.ts rules.
 * 3. Save the move under our claim; a refused command gives the claim back untouched. One that makes a new paid attempt
 *    reserves it in the same transaction; throws `BudgetExceeded`.
 */
export async function runCommand(
  system: System,
  id: string,
  ownerId: string | null,
  command: Command | AdminCommand,
  actor: Actor,
): Promise<CommandResult> {
  const { store } = system;
  const claimed = await claimPatiently(system, id, ownerId, command, actor);
  if (claimed === 'remembered') {
    return { videoId: id, note: 'It is being worked on; this will be done right after.', remembered: true };
  }
  const provider = providerOf(system, claimed);
  const occasion = {
    now: claimed.at,
    actor,
    nextAttemptId: newId(system, 'attempt'),
    deadlineMs: deadlineMsOf(system, claimed.video.resolvedModel),
    retentionMs: provider?.capabilities.retentionMs ?? 0,
    endless: provider !== undefined && provider.cancel === undefined,
  };
  const ruling = isAdminCommand(command) ? ruleForAdmin(claimed, command, occasion) : rule(claimed, command, occasion);
  const seq = claimed.video.claimSeq;
  switch (ruling.kind) {
    case 'refuse':
      await store.release([{ id, seq }]);
      throw new CommandRefused(ruling.code, ruling.message);
    case 'nothing':
      await store.release([{ id, seq }]);
      return { videoId: id, note: ruling.note, remembered: false };
    case 'move':
      if (ruling.move.nextAttempt) await saveReserving(system, ruling.move, null);
      else await saveOrBusy(system, ruling.move);
      return { videoId: id, note: ruling.note, remembered: false };
    case 'new_take': {
      const take = await nextTake(system, claimed, actor);
      if (ruling.move) await saveReserving(system, ruling.move, take);
      else await createBeside(system, claimed, take);
      return { videoId: take.id, note: ruling.note, remembered: false };
    }
  }
}

/** The claim is given back untouched where there is no room, in the queue or in the budget. */
async function saveReserving({ store, settings, log }: System, move: Move, take: NewVideo | null): Promise<void> {
  const { videoId, seq, from, to, event } = move;
  try {
    const result = await store.saveReserving(move, take, settings.maxQueuedPerOwner);
    if (result !== 'saved') throw new Busy();
  } catch (error) {
    await store.release([{ id: videoId, seq }]);
    throw error;
  }
  log.info({ video: videoId, from, to, event: event?.type ?? null }, 'move');
}

async function createBeside({ store, settings }: System, { video }: Claimed, take: NewVideo): Promise<void> {
  try {
    await store.create([take], settings.maxQueuedPerOwner);
  } finally {
    await store.release([{ id: video.id, seq: video.claimSeq }]);
  }
}

const adminCommands: ReadonlySet<string> = new Set<AdminCommand['name']>(['extend', 'give_up', 'requeue']);
const isAdminCommand = (command: Command | AdminCommand): command is AdminCommand => adminCommands.has(command.name);

/** A person found the lost job at the provider: its id is asked for before it is believed. Admins only. */
export async function adoptById(system: System, id: string, upstreamId: string, actor: Actor): Promise<CommandResult> {
  const { store } = system;
  const claimed = await claimPatiently(system, id, null, { name: 'decide' }, actor);
  if (claimed === 'remembered') throw new Busy();
  const provider = providerOf(system, claimed);
  const giveBack = () => store.release([{ id, seq: claimed.video.claimSeq }]);
  if (!isLost(claimed) || !provider) {
    await giveBack();
    throw new CommandRefused('not_possible', 'Only a take whose create was lost can be given a job of the provider.');
  }
  const operation = provider.operationOf?.(upstreamId, claimed.attempt.request) ?? { id: upstreamId };
  const answer = await provider.check(operation, AbortSignal.timeout(system.settings.upstreamTimeoutMs));
  if (answer.kind === 'missing' || answer.kind === 'no_answer') {
    await giveBack();
    const why = answer.kind === 'missing' ? 'does not know this id' : 'gave no usable answer';
    throw new CommandRefused('not_found_at_provider', `The provider ${why}.`);
  }
  if ((await store.saveOperation(claimed.attempt.id, operation, upstreamId)) === 'taken') {
    await giveBack();
    throw new CommandRefused('already_owned', 'This job belongs to another take.');
  }
  const about = await circumstances(system, claimed, claimed.at);
  const adopted = accepted(claimed, { operation, upstreamId }, about, 'adopted');
  await saveOrBusy(system, { ...adopted, event: adopted.event && { ...adopted.event, actor }, next: claimed.at });
  return { videoId: id, note: 'It is adopted; we look at it now.', remembered: false };
}

async function claimPatiently(
  system: System,
  id: string,
  ownerId: string | null,
  command: Pick<Command | AdminCommand, 'name'>,
  actor: Actor,
): Promise<Claimed | 'remembered'> {
  const { store, clock, settings } = system;
  const until = clock.elapsedMs() + patienceMs;
  for (;;) {
    const claimed = await store.claimOne(id, ownerId, settings.leaseMs);
    if (claimed === null) throw new NoSuchVideo();
    if (claimed !== 'busy') return claimed;
    if (command.name === 'cancel' || command.name === 'delete') {
      await store.requestCancel(id, command.name === 'delete', actor);
      return 'remembered';
    }
    if (clock.elapsedMs() >= until) throw new Busy();
    await clock.sleep(askAgainMs);
  }
}

async function saveOrBusy(system: System, move: Move): Promise<void> {
  const [result] = await system.store.saveMoves([move]);
  if (result !== 'saved') throw new Busy();
  system.log.info({ video: move.videoId, from: move.from, to: move.to, event: move.event?.type ?? null }, 'move');
}

/** The same shot once more, as a video of its own: the old one keeps its attempt, and its late clip. */
async function nextTake(system: System, { video, attempt }: Claimed, actor: Actor): Promise<NewVideo> {
  const takes = await system.store.list({ ownerId: video.ownerId, shotId: video.shotId, limit: 100, order: 'desc' });
  const takeNo = Math.max(video.takeNo, ...takes.map((take) => take.video.takeNo)) + 1;
  const { request, requestHash, estimateMicroUsd } = attempt;
  return {
    ...video,
    id: newId(system, 'video'),
    takeNo,
    actor,
    data: { again: video.id },
    attempt: { id: newId(system, 'attempt'), request, requestHash, estimateMicroUsd },
  };
}
