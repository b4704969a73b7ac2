import { NotOffered, resolveModel } from '#video/choice.ts';
import type { Actor, Asset, Request } from '#video/video.ts';
import { CommandRefused } from './commands.ts';
import { refuseUnable, type Submitted, writeDown } from './submit.ts';
import type { Model, Once, System, VideoDetails } from './system.ts';

export type DeriveRequest = {
  ownerId: string;
  actor: Actor;
  operation: NonNullable<Request['from']>['operation'];
  prompt: string;
  /** A clip that was made here, or a stored video of the owner's. */
  source: VideoDetails | Asset;
  /** As asked for; omitted = that of the source, and the default model for a stored video. */
  model?: string | undefined;
  /** What an extension adds. */
  addedSeconds?: number | undefined;
  settings?: Request['settings'] | undefined;
  agreed?: { maxMicroUsd: number | null } | undefined;
  once?: Once | null | undefined;
};

/**
 * Asks for a clip that a provider makes of another one.
 * 1. The model has to be able to, and where the source is a clip, of the provider that has it; throws `NotOffered`.
 * 2. Freeze the request: size and length are those of the source, and what is added.
 * 3. Written down as by `submit`.
 */
export async function derive(system: System, asked: DeriveRequest): Promise<Submitted> {
  const { operation, prompt, source, settings = {}, addedSeconds } = asked;
  const { asked: name, model } = modelFor(system, asked);
  refuseUnable(system, model, operation);
  const { seconds, size, upstreamId, inputs, remixedFrom } = 'video' in source ? ofClip(source) : ofFile(source);
  const total = seconds + (addedSeconds ?? 0);
  const request: Request = {
    model: model.upstreamModel,
    prompt,
    seconds: total,
    size,
    seed: null,
    settings,
    inputs,
    from: { operation, upstreamId, ...(addedSeconds !== undefined && { addedSeconds }) },
  };
  const wish = { model, request, warnings: [], paidSeconds: addedSeconds ?? seconds, remixedFrom };
  return writeDown(system, { ...asked, model: name }, wish);
}

function modelFor({ catalogue }: System, { source, model: asked }: DeriveRequest): { asked?: string; model: Model } {
  if (!('video' in source))
    return { ...(asked !== undefined && { asked }), model: resolveModel(catalogue, asked).model };
  const { provider, resolvedModel, model: before } = source.video;
  const id = asked ?? resolvedModel;
  const { model } = resolveModel(catalogue, id);
  if (model.provider === provider) return { asked: asked ?? before ?? id, model };
  throw new NotOffered('model', `only a model of ${provider}, which has the clip, can make something of it`);
}

function ofClip({ video, attempts, assets }: VideoDetails) {
  const clip = assets.find((asset) => asset.id === video.clipAssetId);
  const upstreamId = attempts.find((attempt) => attempt.id === clip?.attemptId)?.upstreamId;
  if (video.state !== 'completed' || !upstreamId) {
    throw new CommandRefused('video_not_completed', 'Only of a completed video can another one be made.');
  }
  const { seconds, size, id } = video;
  return { seconds, size, upstreamId, inputs: [], remixedFrom: id };
}

/** What the file does not tell of itself is what most clips have. */
function ofFile({ id, width, height, durationMs }: Asset) {
  const size = width && height ? `${width}x${height}` : '1280x720';
  return {
    seconds: Math.max(1, Math.round((durationMs ?? 4_000) / 1_000)),
    size,
    upstreamId: null,
    inputs: [id],
    remixedFrom: null,
  };
}
