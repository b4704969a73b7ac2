import type { Answer } from '#video/answer.ts';
import { applied, type Move, move } from '#video/lifecycle.ts';
import { afterAnswer } from '#video/observation.ts';
import type { Claimed, JsonObject } from '#video/video.ts';
import { circumstances, stopwatch } from './circumstances.ts';
import { holdsOf, tell } from './holds.ts';
import type { Step } from './step.ts';

/**
 * One look at a job.
 * 1. A wish to cancel is passed on first, once, where the provider can.
 * 2. Ask the provider.
 * 3. A 404 counts only where another job of this provider got a real answer since the first one.
 * 4. Save what the answer means.
 */
export async function check(step: Step, claimed: Claimed): Promise<void> {
  const { system, provider, save, signal } = step;
  const { operation } = claimed.attempt;
  if (!operation) throw new Error('a check needs an operation');
  const asked = await passOnCancel(step, claimed);
  if (!asked) return;
  const now = stopwatch(system, claimed);
  const answer = await provider.check(operation, signal);
  await tellCircuit(step, claimed, answer);
  const about = await circumstances(system, claimed, now());
  const missingCounts = answer.kind !== 'missing' || (await othersAnswer(step, claimed));
  const seen = afterAnswer(asked, answer, { ...about, missingCounts });
  const uncalled = await shouldHaveCalled(step, asked, seen);
  const saved = await save(uncalled && seen.event ? { ...seen, event: withData(seen.event, { uncalled }) } : seen);
  if (saved && uncalled) await system.store.countCall(provider.id, 'missed');
}

/** No answer at all blames the provider where it happens to several videos; any other says that it lives. */
async function tellCircuit({ system, provider }: Step, { video }: Claimed, answer: Answer): Promise<void> {
  const silent = answer.kind === 'no_answer' && (answer.why === 'transient' || answer.why === 'protocol');
  if (silent) await tell(system, provider.id, { kind: 'trouble', videoId: video.id });
  else if ((await holdsOf(system)).has(provider.id)) await tell(system, provider.id, { kind: 'answered' });
}

/** It is over, and the provider was told where to say so, and did not. */
async function shouldHaveCalled({ system }: Step, { attempt }: Claimed, seen: Move): Promise<boolean> {
  const ended = attempt.outcome === null && typeof seen.attempt.outcome === 'string';
  return ended && attempt.watch.webhook === true && !(await system.store.wasCalled(attempt.id));
}

const withData = (event: NonNullable<Move['event']>, data: JsonObject) => ({
  ...event,
  data: { ...event.data, ...data },
});

/** At the first 404 the time of the last good look has to do: one of three may count by mistake. */
function othersAnswer({ system, provider }: Step, { video, attempt, at }: Claimed): Promise<boolean> {
  const { missing } = attempt.watch;
  const since = missing ? new Date(missing.since) : (video.checkedAt ?? at);
  return system.store.hasOtherAnswers(provider.id, video.id, since);
}

/** The row to go on with, or null when the step is over. */
async function passOnCancel({ system, provider, save, signal }: Step, claimed: Claimed): Promise<Claimed | null> {
  const { video, attempt } = claimed;
  const live = video.state === 'running' || video.state === 'overdue' || video.state === 'canceling';
  if (!video.cancelRequestedAt || !live || !attempt.operation) return claimed;
  const now = stopwatch(system, claimed);
  let current = claimed;
  if (video.state !== 'canceling') {
    const canceling = move(claimed, 'canceling', { event: 'canceling', next: now(), keepsClaim: true });
    if (!(await save(canceling))) return null;
    current = applied(claimed, canceling);
  }
  if (!provider.cancel || attempt.watch.cancel) return current;
  const answer = await provider.cancel(attempt.operation, signal);
  // No answer is no verdict: it is asked again at the next look.
  if (typeof answer === 'object') return current;
  const watch = { ...attempt.watch, cancel: { at: now().toISOString(), refused: answer === 'refused' } };
  if (answer === 'canceled') {
    await save(
      move(current, 'canceled', {
        event: 'canceled',
        actor: { type: 'provider' },
        next: null,
        attempt: { outcome: 'canceled', watch },
        video: { errorCode: 'canceled', completedAt: now() },
      }),
    );
    return null;
  }
  const refused = move(current, 'canceling', {
    event: 'cancel_refused',
    actor: { type: 'provider' },
    next: now(),
    attempt: { watch },
    keepsClaim: true,
  });
  return (await save(refused)) ? applied(current, refused) : null;
}
