import { createHash } from 'node:crypto';
import { fitFirstFrame, fitOffer, NotOffered, refuseRetired, resolveModel } from '#video/choice.ts';
import { estimateOf } from '#video/cost.ts';
import { ConfirmCost } from '#video/errors/confirm-cost.ts';
import { type Actor, type JsonObject, type Priority, priorities, type Request, type Video } from '#video/video.ts';
import { newId } from './circumstances.ts';
import type { Character, Created, Model, NewVideo, Once, System } from './system.ts';

export type SubmitRequest = {
  ownerId: string;
  actor: Actor;
  prompt: string;
  /** As asked for; omitted = the default model. */
  model?: string | undefined;
  seconds: number;
  size: string;
  seed?: number | undefined;
  settings?: JsonObject | undefined;
  /** Ids of stored reference files. */
  inputs?: string[] | undefined;
  priority?: Priority | undefined;
  /** Takes of one shot. */
  count?: number | undefined;
  project?: string | undefined;
  /** Who appears: of the same provider. */
  characters?: Character[] | undefined;
  /** What whoever asks agreed to pay at most; null = nothing was said. Absent: the caps alone bind. */
  agreed?: { maxMicroUsd: number | null } | undefined;
  /** What makes it the same request when it comes again. */
  once?: Once | null | undefined;
};

/** `replayed`: it came before, nothing new was made. */
export type Submitted = Created & { warnings: string[] };

/**
 * Writes videos down before anything is paid for.
 * 1. Resolve the model and fit size, length and first frame to what it offers; throws `NotOffered`.
 * 2. Freeze the request that will be sent.
 * 3. Estimate what it costs; throws `ConfirmCost` where that was not agreed to.
 * 4. Rows `queued`, first attempts (unsent), reserves and first events, in one transaction; throws `QueueFull`,
 *    `BudgetExceeded`.
 * The sweep does the rest.
 */
export async function submit(system: System, asked: SubmitRequest): Promise<Submitted> {
  const { model, byAlias } = resolveModel(system.catalogue, asked.model);
  const { seconds, size, warnings } = fitOffer(model, asked, byAlias);
  fitFirstFrame(model, asked.inputs ?? []);
  const request: Request = {
    model: model.upstreamModel,
    prompt: asked.prompt,
    seconds,
    size,
    seed: asked.seed ?? null,
    settings: asked.settings ?? {},
    inputs: asked.inputs ?? [],
    ...(asked.characters?.length && { characters: upstreamIdsOf(system, asked.characters, model) }),
  };
  return writeDown(system, asked, { model, request, warnings, paidSeconds: seconds, remixedFrom: null });
}

/** What will be sent, and what it is called here. */
export type Wish = {
  model: Model;
  request: Request;
  warnings: string[];
  /** What the price is reckoned by. */
  paidSeconds: number;
  remixedFrom: string | null;
};

/** Steps 3 and 4. */
export async function writeDown(
  system: System,
  asked: Pick<SubmitRequest, 'ownerId' | 'actor' | 'model' | 'priority' | 'count' | 'project' | 'agreed' | 'once'>,
  { model, request, warnings, paidSeconds, remixedFrom }: Wish,
): Promise<Submitted> {
  const takes = asked.count ?? 1;
  const ending = refuseRetired(model, system.clock.now());
  if (ending) warnings.push(ending);
  const requestHash = hashOf(request);
  const estimateMicroUsd = estimateOf(model.price, { ...request, seconds: paidSeconds });
  if (asked.agreed && estimateMicroUsd !== null) refuseUnagreed(estimateMicroUsd * takes, asked.agreed.maxMicroUsd);
  if (asked.agreed?.maxMicroUsd != null && estimateMicroUsd === null) {
    warnings.push(`the price of ${model.id} is not known: max_cost_usd could not be checked`);
  }
  const shotId = newId(system, 'shot');
  const videos = Array.from({ length: takes }, (_, i): NewVideo => {
    const base = {
      ownerId: asked.ownerId,
      project: asked.project ?? null,
      prompt: request.prompt,
      model: asked.model ?? null,
      resolvedModel: model.id,
      provider: model.provider,
      seed: request.seed,
      inputs: request.inputs,
      settings: request.settings as JsonObject,
      warnings,
      priority: asked.priority ?? priorities.normal,
    } satisfies Partial<Video>;
    return {
      ...base,
      id: newId(system, 'video'),
      shotId,
      takeNo: i + 1,
      seconds: request.seconds,
      size: request.size,
      remixedFrom,
      actor: asked.actor,
      data: warnings.length > 0 ? { warnings } : {},
      attempt: { id: newId(system, 'attempt'), request, requestHash, estimateMicroUsd },
    };
  });
  const created = await system.store.create(videos, system.settings.maxQueuedPerOwner, asked.once);
  for (const id of created.replayed ? [] : created.ids) system.log.info({ video: id, model: model.id }, 'queued');
  return { ...created, warnings };
}

function upstreamIdsOf(system: System, characters: Character[], model: Model): string[] {
  refuseUnable(system, model, 'character');
  return characters.map(({ id, provider, upstreamId }) => {
    if (provider === model.provider && upstreamId !== null) return upstreamId;
    throw new NotOffered('characters', `the character ${id} is known to ${provider}, and not to ${model.id}`);
  });
}

/** Throws `NotOffered`, which names the models that can. */
export function refuseUnable(
  { catalogue }: Pick<System, 'catalogue'>,
  model: Model,
  operation: Model['operations'][number],
) {
  if (model.operations.includes(operation)) return;
  const able = catalogue.models().filter(({ operations }) => operations.includes(operation));
  const which = able.length > 0 ? `these can: ${able.map(({ id }) => id).join(', ')}` : 'no configured model can';
  throw new NotOffered('model', `${model.id} cannot ${doing[operation]}; ${which}`);
}

const doing = {
  remix: 'remix clips',
  edit: 'edit clips',
  extend: 'extend clips',
  character: 'keep characters',
} as const;

/** Above this, nobody pays without having said so. */
export const confirmAboveMicroUsd = 5_000_000;

function refuseUnagreed(costMicroUsd: number, maxMicroUsd: number | null): void {
  if (costMicroUsd > (maxMicroUsd ?? confirmAboveMicroUsd)) throw new ConfirmCost(costMicroUsd, maxMicroUsd);
}

/** Equal requests have equal hashes, whatever the order of their keys. */
export const hashOf = (request: object): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(request)))
    .digest('hex');

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
