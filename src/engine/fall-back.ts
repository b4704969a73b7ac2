import { fitOffer, NotOffered } from '#video/choice.ts';
import { estimateOf } from '#video/cost.ts';
import { BudgetExceeded } from '#video/errors/budget-exceeded.ts';
import { maxAutomaticAttempts } from '#video/failure.ts';
import { type AttemptPatch, type Move, move } from '#video/lifecycle.ts';
import type { Claimed, Request } from '#video/video.ts';
import { newId } from './circumstances.ts';
import type { Step } from './step.ts';
import { hashOf } from './submit.ts';
import type { Model, System } from './system.ts';

/**
 * The same take at another provider, where a person allowed that and nothing was paid; false = it stays where it is.
 * The caller has proof that no job was made: it was never sent, or was refused. Never dearer than what is reserved,
 * unless that was allowed too and the owner's cap has room for the difference. `closed` = what became of the attempt so
 * far.
 */
export async function fallBack(
  { system, save }: Pick<Step, 'system' | 'save'>,
  claimed: Claimed,
  why: string,
  closed: AttemptPatch = {},
): Promise<boolean> {
  const { video, attempt } = claimed;
  const reservedMicroUsd = attempt.estimateMicroUsd ?? 0;
  const { to, dearer } = system.catalogue.fallbacksOf(video.resolvedModel);
  const wanted = !video.cancelRequestedAt && attempt.operation === null && attempt.n < maxAutomaticAttempts;
  if (to.length === 0 || !wanted) return false;
  const held = new Set((await system.store.holds()).map((hold) => hold.provider));
  for (const id of to) {
    const model = system.catalogue.get(id);
    if (!model || model.provider === video.provider || held.has(model.provider)) continue;
    if (!system.providers.get(model.provider)) continue;
    const offer = offerOf(model, attempt.request, system.clock.now());
    if (!offer || (!dearer && offer.estimateMicroUsd > reservedMicroUsd)) continue;
    const { request, warnings, estimateMicroUsd } = offer;
    const away = move(claimed, 'queued', {
      event: 'fell_back',
      data: { from: video.resolvedModel, to: model.id, why },
      next: null,
      attempt: { sentAt: null, error: why, ...closed, outcome: 'rejected' },
      nextAttempt: {
        id: newId(system, 'attempt'),
        n: attempt.n + 1,
        provider: model.provider,
        request,
        requestHash: hashOf(request),
        estimateMicroUsd,
      },
      video: {
        provider: model.provider,
        resolvedModel: model.id,
        seconds: request.seconds,
        size: request.size,
        warnings: [...video.warnings, `rendered by ${model.id} instead of ${video.resolvedModel}`, ...warnings],
        notBefore: null,
      },
    });
    if (estimateMicroUsd <= reservedMicroUsd) {
      await save(away);
      return true;
    }
    if (await saveWithinCap(system, away)) return true;
  }
  return false;
}

/** One after the other for each owner: a hundred that go elsewhere at once do not pass the cap together. */
async function saveWithinCap({ store, settings, log }: System, away: Move): Promise<boolean> {
  try {
    await store.saveReserving(away, null, settings.maxQueuedPerOwner);
    return true;
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    log.info({ video: away.videoId, to: away.video.resolvedModel }, 'the daily cap has no room for a dearer fallback');
    return false;
  }
}

/** The request as this model would render it; null = it cannot, or nobody knows at what price. */
function offerOf(model: Model, asked: Request, now: Date) {
  if (model.retires && model.retires.on < now.toISOString().slice(0, 10)) return null;
  if (model.firstFrame === (asked.inputs.length > 0 ? 'no' : 'required')) return null;
  try {
    const { seconds, size, warnings } = fitOffer(model, asked, true);
    const estimateMicroUsd = estimateOf(model.price, { seconds, size });
    const request: Request = { ...asked, model: model.upstreamModel, seconds, size };
    return estimateMicroUsd === null ? null : { request, warnings, estimateMicroUsd };
  } catch (error) {
    if (error instanceof NotOffered) return null;
    throw error;
  }
}
