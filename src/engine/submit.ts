import { createHash } from 'node:crypto';
import { fitOffer, resolveModel } from '#video/choice.ts';
import { type Actor, type JsonObject, type Priority, priorities, type Request, type Video } from '#video/video.ts';
import { newId } from './circumstances.ts';
import type { NewVideo, System } from './system.ts';

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
};

export type Submitted = { ids: string[]; warnings: string[] };

/**
 * Writes videos down before anything is paid for.
 * 1. Resolve the model and fit size and length to what it offers; throws `NotOffered`.
 * 2. Freeze the request that will be sent.
 * 3. Rows `queued`, first attempts (unsent) and first events, in one transaction; throws `QueueFull`.
 * The sweep does the rest.
 */
export async function submit(system: System, asked: SubmitRequest): Promise<Submitted> {
  const { model, byAlias } = resolveModel(system.catalogue, asked.model);
  const { seconds, size, warnings } = fitOffer(model, asked, byAlias);
  const request: Request = {
    model: model.upstreamModel,
    prompt: asked.prompt,
    seconds,
    size,
    seed: asked.seed ?? null,
    settings: asked.settings ?? {},
    inputs: asked.inputs ?? [],
  };
  const requestHash = hashOf(request);
  const shotId = newId(system, 'shot');
  const videos = Array.from({ length: asked.count ?? 1 }, (_, i): NewVideo => {
    const base = {
      ownerId: asked.ownerId,
      project: asked.project ?? null,
      prompt: asked.prompt,
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
      seconds,
      size,
      remixedFrom: null,
      actor: asked.actor,
      data: warnings.length > 0 ? { warnings } : {},
      attempt: { id: newId(system, 'attempt'), request, requestHash },
    };
  });
  await system.store.create(videos, system.settings.maxQueuedPerOwner);
  for (const { id, resolvedModel } of videos) system.log.info({ video: id, model: resolvedModel }, 'queued');
  return { ids: videos.map((video) => video.id), warnings };
}

/** Equal requests have equal hashes, whatever the order of their keys. */
export const hashOf = (request: Request): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(request)))
    .digest('hex');

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
